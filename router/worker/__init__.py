"""`hub work`: from the lanes to the pipeline and back, in order, without ever requeueing."""
