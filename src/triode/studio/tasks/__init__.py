"""What worker processes of the studio do, a module each: `do(task, tell, orders)`."""
