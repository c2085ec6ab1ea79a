import clinic.db.sealed
import datetime
import django.db.models.deletion
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clinic', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Patient',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('first_names', models.CharField(blank=True, max_length=100, verbose_name='first names')),
                ('family_name', models.CharField(max_length=100, verbose_name='family name or only name')),
                ('preferred_name', models.CharField(blank=True, max_length=100, verbose_name='name you like to be called')),
                ('date_of_birth', models.DateField()),
                ('phone', models.CharField(help_text='In international form, like +447700900123.', max_length=20)),
                ('nhs_number', models.CharField(blank=True, help_text='Ten digits. Nobody is found by it alone.', max_length=10, verbose_name='NHS number')),
                ('email', models.EmailField(blank=True, help_text='For somebody without an account.', max_length=254)),
                ('postcode', models.CharField(max_length=8)),
                ('gp_practice', models.CharField(max_length=200, verbose_name='GP practice')),
                ('access_needs', clinic.db.sealed.SealedTextField(blank=True, help_text='What they need to take part in a visit, in their words.', place='patients.patient.access_needs')),
                ('deceased_on', models.DateField(blank=True, null=True)),
                ('discharged_on', models.DateField(blank=True, null=True)),
                ('records_received_on', models.DateField(blank=True, help_text="When the GP's records reached us. Set by staff.", null=True)),
                ('created_at', models.DateTimeField()),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='patient', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['family_name', 'first_names', 'id'],
                'indexes': [models.Index(fields=['date_of_birth'], name='patients_by_date_of_birth'), models.Index(fields=['phone'], name='patients_by_phone')],
                'constraints': [models.CheckConstraint(condition=models.Q(('date_of_birth__gte', datetime.date(1900, 1, 1))), name='born_since_1900'), models.CheckConstraint(condition=models.Q(('family_name', ''), _negated=True), name='patient_has_a_name'), models.CheckConstraint(condition=models.Q(('nhs_number', ''), ('nhs_number__regex', '^[0-9]{10}$'), _connector='OR'), name='nhs_number_has_ten_digits')],
                'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_patientevent" ("access_needs", "created_at", "date_of_birth", "deceased_on", "discharged_on", "email", "family_name", "first_names", "gp_practice", "id", "nhs_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postcode", "preferred_name", "records_received_on", "user_id") VALUES (NEW."access_needs", NEW."created_at", NEW."date_of_birth", NEW."deceased_on", NEW."discharged_on", NEW."email", NEW."family_name", NEW."first_names", NEW."gp_practice", NEW."id", NEW."nhs_number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."postcode", NEW."preferred_name", NEW."records_received_on", NEW."user_id"); RETURN NULL;', hash='a84fe5ae2a7767b4567134dc34dccf26463f6e9f', operation='INSERT', pgid='pgtrigger_insert_insert_62165', table='patients_patient', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_patientevent" ("access_needs", "created_at", "date_of_birth", "deceased_on", "discharged_on", "email", "family_name", "first_names", "gp_practice", "id", "nhs_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postcode", "preferred_name", "records_received_on", "user_id") VALUES (NEW."access_needs", NEW."created_at", NEW."date_of_birth", NEW."deceased_on", NEW."discharged_on", NEW."email", NEW."family_name", NEW."first_names", NEW."gp_practice", NEW."id", NEW."nhs_number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."postcode", NEW."preferred_name", NEW."records_received_on", NEW."user_id"); RETURN NULL;', hash='2a8c457c0da8f89c2664a7e502d5a01dfd92b3a7', operation='UPDATE', pgid='pgtrigger_update_update_546ce', table='patients_patient', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_patientevent" ("access_needs", "created_at", "date_of_birth", "deceased_on", "discharged_on", "email", "family_name", "first_names", "gp_practice", "id", "nhs_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postcode", "preferred_name", "records_received_on", "user_id") VALUES (OLD."access_needs", OLD."created_at", OLD."date_of_birth", OLD."deceased_on", OLD."discharged_on", OLD."email", OLD."family_name", OLD."first_names", OLD."gp_practice", OLD."id", OLD."nhs_number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phone", OLD."postcode", OLD."preferred_name", OLD."records_received_on", OLD."user_id"); RETURN NULL;', hash='577ca6259a3ce1531c60cd2cc59cc768de3768ed', operation='DELETE', pgid='pgtrigger_delete_delete_9898d', table='patients_patient', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='CareRelationship',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('booked', 'A visit was booked'), ('claimed', 'The clinician took the form to review')], max_length=10)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('clinician', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='care', to='clinic.clinician')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='care', to='patients.patient')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('patient', 'clinician'), name='one_open_care_relationship')],
                'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_carerelationshipevent" ("clinician_id", "ended_at", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "started_at") VALUES (NEW."clinician_id", NEW."ended_at", NEW."id", NEW."patient_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."started_at"); RETURN NULL;', hash='350e53314ffce4cec2e209fb65be9d90c36120b9', operation='INSERT', pgid='pgtrigger_insert_insert_4d2d6', table='patients_carerelationship', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_carerelationshipevent" ("clinician_id", "ended_at", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "started_at") VALUES (NEW."clinician_id", NEW."ended_at", NEW."id", NEW."patient_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."started_at"); RETURN NULL;', hash='620025ba9ab3420a0a206787ab9825edb66e88fd', operation='UPDATE', pgid='pgtrigger_update_update_5cf07', table='patients_carerelationship', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_carerelationshipevent" ("clinician_id", "ended_at", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "started_at") VALUES (OLD."clinician_id", OLD."ended_at", OLD."id", OLD."patient_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."started_at"); RETURN NULL;', hash='db3774399417984b973bae6f8ec63065adfc9b5b', operation='DELETE', pgid='pgtrigger_delete_delete_6cf99', table='patients_carerelationship', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ClaimCode',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(help_text='A keyed hash of the code.', max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0, help_text='How often it came with a wrong date of birth.')),
                ('replaced_at', models.DateTimeField(blank=True, help_text='When a newer code was given.', null=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('used_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claim_codes', to='patients.patient')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('replaced_at__isnull', True), ('used_at__isnull', True)), fields=('patient',), name='one_open_claim_code'), models.CheckConstraint(condition=models.Q(models.Q(('used_at__isnull', True), ('used_by__isnull', True)), models.Q(('used_at__isnull', False), ('used_by__isnull', False)), _connector='OR'), name='used_claim_code_has_a_user'), models.CheckConstraint(condition=models.Q(('tries__lte', 5)), name='claim_code_tries_end')],
                'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_claimcodeevent" ("expires_at", "id", "made_at", "made_by_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "replaced_at", "tries", "used_at", "used_by_id") VALUES (NEW."expires_at", NEW."id", NEW."made_at", NEW."made_by_id", NEW."patient_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."replaced_at", NEW."tries", NEW."used_at", NEW."used_by_id"); RETURN NULL;', hash='ac2c11caf60c70f93fb9eaee5898aa5546de50c9', operation='INSERT', pgid='pgtrigger_insert_insert_d23d1', table='patients_claimcode', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."replaced_at" IS DISTINCT FROM (NEW."replaced_at") OR OLD."tries" IS DISTINCT FROM (NEW."tries") OR OLD."used_at" IS DISTINCT FROM (NEW."used_at") OR OLD."used_by_id" IS DISTINCT FROM (NEW."used_by_id"))', func='INSERT INTO "patients_claimcodeevent" ("expires_at", "id", "made_at", "made_by_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "replaced_at", "tries", "used_at", "used_by_id") VALUES (NEW."expires_at", NEW."id", NEW."made_at", NEW."made_by_id", NEW."patient_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."replaced_at", NEW."tries", NEW."used_at", NEW."used_by_id"); RETURN NULL;', hash='ebde4c5b5aff367cbaa10feb1f3e802c5ddfe305', operation='UPDATE', pgid='pgtrigger_update_update_c4369', table='patients_claimcode', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_claimcodeevent" ("expires_at", "id", "made_at", "made_by_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "replaced_at", "tries", "used_at", "used_by_id") VALUES (OLD."expires_at", OLD."id", OLD."made_at", OLD."made_by_id", OLD."patient_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."replaced_at", OLD."tries", OLD."used_at", OLD."used_by_id"); RETURN NULL;', hash='066289754392d42f3b93dd30febbb35b9bc4b962', operation='DELETE', pgid='pgtrigger_delete_delete_6e835', table='patients_claimcode', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Intake',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('draft', 'Not sent yet'), ('submitted', 'Waiting for a specialist'), ('in_review', 'A specialist is reading it'), ('decided', 'Decided')], default='draft', max_length=12)),
                ('form_version', models.CharField(max_length=20)),
                ('answers', clinic.db.sealed.SealedJSONField(default=dict, place='patients.intake.answers')),
                ('started_at', models.DateTimeField()),
                ('saved_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('reviewer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinician')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='intakes', to='patients.patient')),
            ],
            options={
                'ordering': ['-started_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'decided'), _negated=True), fields=('patient',), name='one_open_intake_a_patient'), models.CheckConstraint(condition=models.Q(('state', 'draft'), ('submitted_at__isnull', False), _connector='OR'), name='sent_intake_has_a_time'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'submitted']), ('reviewer__isnull', False), _connector='OR'), name='reviewed_intake_has_a_reviewer')],
                'triggers': [pgtrigger.compiler.Trigger(name='state_moves', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:submitted,submitted:in_review,in_review:decided}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='25a885f5605448725953c4a9f7298cff64d98ed1', operation='UPDATE', pgid='pgtrigger_state_moves_532e6', table='patients_intake', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_intakeevent" ("answers", "form_version", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reviewer_id", "saved_at", "started_at", "state", "submitted_at") VALUES (NEW."answers", NEW."form_version", NEW."id", NEW."patient_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reviewer_id", NEW."saved_at", NEW."started_at", NEW."state", NEW."submitted_at"); RETURN NULL;', hash='823f652d2ab23682ea8eb2df89430a6a3bf4d4b4', operation='INSERT', pgid='pgtrigger_insert_insert_40093', table='patients_intake', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_intakeevent" ("answers", "form_version", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reviewer_id", "saved_at", "started_at", "state", "submitted_at") VALUES (NEW."answers", NEW."form_version", NEW."id", NEW."patient_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reviewer_id", NEW."saved_at", NEW."started_at", NEW."state", NEW."submitted_at"); RETURN NULL;', hash='fbeaa9bb2fe8a0cd388e2340141d486e13abe92c', operation='UPDATE', pgid='pgtrigger_update_update_7f196', table='patients_intake', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_intakeevent" ("answers", "form_version", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reviewer_id", "saved_at", "started_at", "state", "submitted_at") VALUES (OLD."answers", OLD."form_version", OLD."id", OLD."patient_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reviewer_id", OLD."saved_at", OLD."started_at", OLD."state", OLD."submitted_at"); RETURN NULL;', hash='2db04ea256f06ae00580d7b9a37d8b1d37a069f1', operation='DELETE', pgid='pgtrigger_delete_delete_52682', table='patients_intake', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='IntakeStateChange',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('from_state', models.CharField(max_length=32)),
                ('to_state', models.CharField(max_length=32)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='state_changes', to='patients.intake')),
            ],
            options={
                'ordering': ['at'],
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9a3678b8e066543dee30be490edcf299f96923da', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_d4e25', table='patients_intakestatechange', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='IntakeVersion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('form_version', models.CharField(max_length=20)),
                ('answers', clinic.db.sealed.SealedJSONField(place='patients.intakeversion.answers')),
                ('at', models.DateTimeField()),
                ('intake', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='patients.intake')),
            ],
            options={
                'ordering': ['number'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('intake', 'number'), name='one_version_a_number')],
                'triggers': [pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='402c2769736d25b7551aa3392f87ac6f3f620501', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_20182', table='patients_intakeversion', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='FlagHit',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=8)),
                ('level', models.CharField(choices=[('E', 'Emergency'), ('R', 'Red'), ('A', 'Amber'), ('I', 'Information')], max_length=1)),
                ('title', models.CharField(max_length=200)),
                ('answer', clinic.db.sealed.SealedTextField(place='patients.flaghit.answer')),
                ('rules_version', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='patients.intakeversion')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('version', 'code'), name='one_hit_a_rule')],
                'triggers': [pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='59f7c1e932cbdc88f120fef12133b1d01d4a8114', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_0c146', table='patients_flaghit', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('outcome', models.CharField(choices=[('proceed', 'Proceed to the visit'), ('more_information', 'More information needed'), ('face_to_face', 'See face to face'), ('refer', 'Refer to another service'), ('decline', 'Not able to help here')], max_length=20)),
                ('reasons', clinic.db.sealed.SealedTextField(place='patients.decision.reasons')),
                ('message', clinic.db.sealed.SealedTextField(place='patients.decision.message')),
                ('at', models.DateTimeField()),
                ('clinician', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='clinic.clinician')),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='patients.intakeversion')),
            ],
            options={
                'ordering': ['-at'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['proceed', 'more_information', 'face_to_face', 'refer', 'decline'])), name='decision_outcome_known')],
                'triggers': [pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='20a3e678f6570a56b43a611f1cf3dd508918ce97', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_f71a0', table='patients_decision', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='NotSamePerson',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('one', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('one', 'other'), name='told_apart_once'), models.CheckConstraint(condition=models.Q(('one__lt', models.F('other'))), name='told_apart_in_order')],
                'triggers': [pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f663c0f102bb7779d3148a22f65c9e7fcfaae232', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_6ab22', table='patients_notsameperson', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='IntakeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                ('state', models.CharField(choices=[('draft', 'Not sent yet'), ('submitted', 'Waiting for a specialist'), ('in_review', 'A specialist is reading it'), ('decided', 'Decided')], default='draft', max_length=12)),
                ('form_version', models.CharField(max_length=20)),
                ('answers', clinic.db.sealed.SealedJSONField(default=dict, place='patients.intake.answers')),
                ('started_at', models.DateTimeField()),
                ('saved_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='patients.intake')),
                ('reviewer', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinic.clinician')),
                ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
            ],
            options={
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='08398c398fe567c83262a565219fd64482ba70da', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2e838', table='patients_intakeevent', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('privacy', 'Has seen the privacy notice'), ('share_with_gp', 'We may write to your GP'), ('obtain_records', 'We may ask for your records')], max_length=20)),
                ('given', models.BooleanField()),
                ('text_version', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='patients.patient')),
            ],
            options={
                'ordering': ['-at'],
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e539cebb830888b5f8be6fbb95a5e94c7444a050', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_a1d66', table='patients_consent', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='ClaimCodeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0, help_text='How often it came with a wrong date of birth.')),
                ('replaced_at', models.DateTimeField(blank=True, help_text='When a newer code was given.', null=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='patients.claimcode')),
                ('used_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
            ],
            options={
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='79051ecf3f42db9944dd38fa488fff2e55d4297e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1a1d6', table='patients_claimcodeevent', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='CareRelationshipEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                ('reason', models.CharField(choices=[('booked', 'A visit was booked'), ('claimed', 'The clinician took the form to review')], max_length=10)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('clinician', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinic.clinician')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='patients.carerelationship')),
                ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
            ],
            options={
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='730adf86d247050974ceda050551fec2126c1806', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ac379', table='patients_carerelationshipevent', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='PatientEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                ('first_names', models.CharField(blank=True, max_length=100, verbose_name='first names')),
                ('family_name', models.CharField(max_length=100, verbose_name='family name or only name')),
                ('preferred_name', models.CharField(blank=True, max_length=100, verbose_name='name you like to be called')),
                ('date_of_birth', models.DateField()),
                ('phone', models.CharField(help_text='In international form, like +447700900123.', max_length=20)),
                ('nhs_number', models.CharField(blank=True, help_text='Ten digits. Nobody is found by it alone.', max_length=10, verbose_name='NHS number')),
                ('email', models.EmailField(blank=True, help_text='For somebody without an account.', max_length=254)),
                ('postcode', models.CharField(max_length=8)),
                ('gp_practice', models.CharField(max_length=200, verbose_name='GP practice')),
                ('access_needs', clinic.db.sealed.SealedTextField(blank=True, help_text='What they need to take part in a visit, in their words.', place='patients.patient.access_needs')),
                ('deceased_on', models.DateField(blank=True, null=True)),
                ('discharged_on', models.DateField(blank=True, null=True)),
                ('records_received_on', models.DateField(blank=True, help_text="When the GP's records reached us. Set by staff.", null=True)),
                ('created_at', models.DateTimeField()),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='patients.patient')),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d56fc44e91ee8df71d41dd0265710731967b921c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ade9e', table='patients_patientevent', when='BEFORE'))],
            },
        ),
    ]
