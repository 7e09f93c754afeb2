"""What connects the services to AWS: queues, HTTP, DynamoDB, logs, settings, the clock."""
