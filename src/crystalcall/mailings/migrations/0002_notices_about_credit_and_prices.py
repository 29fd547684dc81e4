"""Notices about what ends and what gets dearer: several of a kind for one order, and some that are overtaken."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='notice', name='notice_once'),
        migrations.RemoveConstraint(model_name='notice', name='notice_kind_known'),
        migrations.RemoveConstraint(model_name='notice', name='notice_state_agrees'),
        migrations.AddField(
            model_name='notice',
            name='about',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('order_number', 'kind', 'about'), name='notice_once'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(
                condition=Q(('kind__in', ['order_fulfilled', 'credit_expiring', 'credit_expired', 'prices_rise'])),
                name='notice_kind_known',
            ),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(('next_try_at__isnull', False), ('sent_at__isnull', True), ('state', 'queued')),
                    Q(('next_try_at__isnull', True), ('sent_at__isnull', False), ('state', 'sent')),
                    Q(
                        ('next_try_at__isnull', True),
                        ('sent_at__isnull', True),
                        ('state__in', ['failed', 'dropped']),
                    ),
                    _connector='OR',
                ),
                name='notice_state_agrees',
            ),
        ),
    ]
