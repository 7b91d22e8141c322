"""PostgreSQL and RabbitMQ: by URL where given, else run here and left behind without a trace."""

from router.servers.failures import ServerUnavailable
from router.servers.host import EmbeddedServer, ServerHost, Servers

__all__ = ["EmbeddedServer", "ServerHost", "ServerUnavailable", "Servers"]
