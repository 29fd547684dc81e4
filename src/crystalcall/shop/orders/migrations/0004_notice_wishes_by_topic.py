import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0003_policy_version'),
    ]

    operations = [
        migrations.RenameModel('PriceNoticeWish', 'NoticeWish'),
        migrations.RemoveConstraint('noticewish', 'pricenoticewish_stopped_agrees'),
        migrations.AlterField(
            model_name='noticewish',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notice_wishes', to='orders.order'),
        ),
        migrations.AddField(
            model_name='noticewish',
            name='topic',
            field=models.CharField(db_default='prices', default='prices', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='noticewish',
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(('sealed_token__isnull', False), ('stopped_at__isnull', True)), models.Q(('sealed_token__isnull', True), ('stopped_at__isnull', False)), _connector='OR'),
                name='noticewish_stopped_agrees',
            ),
        ),
        migrations.AddConstraint(
            model_name='noticewish',
            constraint=models.UniqueConstraint(fields=('order', 'topic'), name='noticewish_topic_once'),
        ),
        migrations.AddConstraint(
            model_name='noticewish',
            constraint=models.CheckConstraint(condition=models.Q(('topic__in', ['prices', 'policy'])), name='noticewish_topic_known'),
        ),
    ]
