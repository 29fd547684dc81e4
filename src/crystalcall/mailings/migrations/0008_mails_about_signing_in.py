from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0007_mails_about_withdrawn_policies'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notice',
            name='notice_kind_known',
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['order_fulfilled', 'credit_expiring', 'credit_expired', 'prices_rise', 'policy_changes', 'policy_withdrawn', 'privacy_link', 'privacy_change', 'privacy_changed', 'privacy_extended', 'privacy_denied', 'authority_told', 'sign_in_link', 'sign_in_news'])), name='notice_kind_known'),
        ),
    ]
