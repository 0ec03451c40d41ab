"""Whom the news of a send have reached; and since when the news hold that were told before."""

from django.db import migrations, models


def say_since_when(apps, _schema_editor):
    """News are told apart by the moment at which they began: what was told is not told again by an update."""
    sends = apps.get_model("klaviyo_app", "SendIntent").objects.exclude(told="")
    for row in sends.only("told", "since").iterator(chunk_size=1000):
        sends.filter(pk=row.pk).update(told=f"{row.told}:{int(row.since.timestamp())}"[:70])


class Migration(migrations.Migration):

    dependencies = [
        ('klaviyo_app', '0010_account_facts'),
    ]

    operations = [
        migrations.AddField(
            model_name='sendintent',
            name='told_to',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.RunPython(say_since_when, migrations.RunPython.noop),
    ]
