"""The running hub: doors, pipeline, deliveries, supervision, settings, command line."""
