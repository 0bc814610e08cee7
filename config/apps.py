from django.contrib.admin.apps import AdminConfig


class OverviewAdminConfig(AdminConfig):
    """Django's admin with this project's site."""

    default_site = "pipeline.site.OverviewSite"
