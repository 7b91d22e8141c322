"""RabbitMQ as the hub uses it: topology, partners' users, connections, confirmed publishing."""
