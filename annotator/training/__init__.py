"""When to retrain and promote, and the record of every training job."""
