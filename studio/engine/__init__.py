"""The queue, the worker thread and the worker process. The only room with threads and processes."""
