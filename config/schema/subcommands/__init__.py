"""The subcommands of `manage.py schema`, one module each: HELP, add_arguments(parser), run(command, options)."""
