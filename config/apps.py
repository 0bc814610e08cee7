from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django_tasks_db.apps import TasksAppConfig


class OverviewAdminConfig(AdminConfig):
    """Django's admin with this project's site."""

    default_site = "pipeline.site.OverviewSite"


class TokensConfig(AppConfig):
    """Knox, by what it is to the people who meet it in the admin."""

    name = "knox"
    verbose_name = "API tokens"


class QueueConfig(TasksAppConfig):
    """The queue in the database, likewise."""

    verbose_name = "Task queue"
