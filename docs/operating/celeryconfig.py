"""What Flower is told of Celery (docker-compose.yml puts this file into its folder): the queues, to count them."""

from kombu import Queue

task_queues = [Queue("interactive"), Queue("bulk")]
task_default_queue = "bulk"
broker_transport_options = {"queue_order_strategy": "priority", "priority_steps": [0]}
