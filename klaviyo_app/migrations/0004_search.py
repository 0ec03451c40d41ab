"""The trigram indexes behind the search by part of a name. See klaviyo_app.mirror.search."""

from django.db import migrations

from klaviyo_app.mirror import search


def install(_apps, schema_editor):
    search.install(schema_editor)


def uninstall(_apps, schema_editor):
    search.uninstall(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("klaviyo_app", "0003_metric")]
    operations = [migrations.RunPython(install, uninstall)]
