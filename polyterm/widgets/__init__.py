"""What is drawn: each widget owns its look, its keys and its messages."""
