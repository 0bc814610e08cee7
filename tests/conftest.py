"""What every test can use: a fixed cast of users and prospects made on purpose."""
