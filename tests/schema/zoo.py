"""A project of its own with models of every kind, migrated step by step, so that every trace Django leaves is there.

The steps are operations, not files: they are applied to a database of the suite's own through Django's own
operations, and the project state that they lead to is what the shadow is built from.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres import fields as pg
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterModelTable,
    AlterUniqueTogether,
    CreateModel,
    RemoveField,
    RemoveIndex,
    RenameField,
    RenameIndex,
    RenameModel,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.functions import Lower, Now

from config.schema import shadow
from config.schema.catalog import Snapshot, snapshot

KEY = ("id", models.BigAutoField(primary_key=True))
STATES = ("new", "active", "closed")


def steps(vendor: str) -> list[list[Operation]]:
    """The migrations of the zoo in their order, for one engine."""
    return [_first(), _relations(), _changes(), *([_postgresql()] if vendor == "postgresql" else []), _last()]


def _first() -> list[Operation]:
    return [
        CreateModel(
            "Keeper",
            [
                ("id", models.AutoField(primary_key=True)),
                ("name", models.CharField(max_length=50, unique=True)),
                ("slug", models.SlugField()),
                ("age", models.PositiveSmallIntegerField(null=True)),
            ],
        ),
        CreateModel(
            "Animal",
            [
                KEY,
                ("code", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("label", models.CharField(max_length=40)),
                ("old_name", models.CharField(max_length=20, db_index=True)),
                ("note", models.TextField(null=True)),
                ("weight", models.DecimalField(max_digits=8, decimal_places=2, null=True)),
                ("height", models.FloatField(null=True)),
                ("legs", models.IntegerField(default=4)),
                ("tame", models.BooleanField(default=False)),
                ("data", models.JSONField(default=dict)),
                ("born", models.DateTimeField(null=True)),
                ("day", models.DateField(null=True)),
                ("hour", models.TimeField(null=True)),
                ("span", models.DurationField(null=True)),
                ("blob", models.BinaryField(null=True)),
                ("address", models.GenericIPAddressField(null=True)),
                ("small", models.SmallIntegerField(default=0, db_index=True)),
                ("big", models.BigIntegerField(null=True)),
                ("gone", models.CharField(max_length=5, null=True)),
            ],
        ),
    ]


def _relations() -> list[Operation]:
    return [
        CreateModel("Food", [KEY, ("title", models.CharField(max_length=30, unique=True))]),
        CreateModel(
            "Cage",
            [
                KEY,
                ("number", models.IntegerField()),
                ("wing", models.CharField(max_length=3)),
                ("keeper", models.ForeignKey("zoo.Keeper", models.CASCADE)),
                (
                    "loose",
                    models.ForeignKey(
                        "zoo.Keeper", models.DO_NOTHING, db_constraint=False, related_name="+", null=True
                    ),
                ),
            ],
            options={"unique_together": {("number", "wing")}},
        ),
        AddField("Animal", "cage", models.ForeignKey("zoo.Cage", models.SET_NULL, null=True)),
        AddField("Animal", "foods", models.ManyToManyField("zoo.Food")),
        AddField("Animal", "passport", models.OneToOneField("zoo.Keeper", models.PROTECT, null=True, related_name="+")),
        CreateModel(
            "Bird",
            [
                (
                    "animal_ptr",
                    models.OneToOneField(
                        "zoo.Animal",
                        models.CASCADE,
                        auto_created=True,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("wings", models.PositiveIntegerField(default=2)),
            ],
            bases=("zoo.animal",),
        ),
        CreateModel(
            "Feeding",
            [
                ("pk", models.CompositePrimaryKey("animal_id", "day")),
                ("animal", models.ForeignKey("zoo.Animal", models.CASCADE)),
                ("day", models.DateField()),
                ("grams", models.PositiveIntegerField()),
            ],
        ),
        CreateModel(
            "Outside", [KEY, ("x", models.IntegerField())], options={"managed": False, "db_table": "zoo_outside"}
        ),
    ]


def _changes() -> list[Operation]:
    check = models.CheckConstraint(condition=models.Q(state__in=STATES), name="animal_state_valid")
    return [
        AlterField("Keeper", "id", models.BigAutoField(primary_key=True)),
        AlterField("Keeper", "slug", models.SlugField(max_length=80, unique=True)),
        AlterField("Keeper", "age", models.PositiveIntegerField(null=True)),
        RenameField("Animal", "old_name", "name"),
        AlterField("Animal", "name", models.CharField(max_length=60, db_index=True)),
        AlterField("Animal", "small", models.IntegerField(default=0)),
        RemoveField("Animal", "gone"),
        AddField("Animal", "state", models.CharField(max_length=10, default="new", db_default="new")),
        AddField("Animal", "seen_at", models.DateTimeField(db_default=Now())),
        AddField("Animal", "added", models.DateTimeField(auto_now_add=True, null=True)),
        AlterField("Animal", "added", models.DateTimeField(auto_now_add=True)),
        AddField("Animal", "rank", models.IntegerField(db_column="place", default=1)),
        AddConstraint("Animal", check),
        AddConstraint(
            "Animal",
            models.UniqueConstraint(fields=("name",), condition=models.Q(tame=True), name="animal_tame_name_once"),
        ),
        AddConstraint("Animal", models.UniqueConstraint(fields=("label", "rank"), name="animal_label_rank_once")),
        AddIndex("Animal", models.Index(fields=["legs", "-weight"], name="animal_legs")),
        AddIndex("Animal", models.Index(Lower("label"), name="animal_lower_label")),
        AddIndex("Animal", models.Index(fields=["born"], name="animal_open", condition=models.Q(state="new"))),
        AddIndex("Animal", models.Index(fields=["big"], name="animal_gone")),
        AddIndex("Animal", models.Index(fields=["day"], name="animal_day_old")),
        RenameIndex("Animal", new_name="animal_day", old_name="animal_day_old"),
        RemoveIndex("Animal", "animal_gone"),
    ]


def _postgresql() -> list[Operation]:
    unique = models.UniqueConstraint(
        fields=["label", "big"], name="booking_label_once", nulls_distinct=False, include=["note"]
    )
    late = models.UniqueConstraint(fields=["place"], name="booking_place_late", deferrable=models.Deferrable.DEFERRED)
    return [
        CreateModel(
            "Booking",
            [
                KEY,
                ("label", models.CharField(max_length=20)),
                ("note", models.TextField(db_collation="C", default="")),
                ("big", models.BigIntegerField(null=True)),
                ("place", models.IntegerField(default=0)),
                ("tags", pg.ArrayField(models.CharField(max_length=10), default=list)),
                ("data", models.JSONField(null=True)),
                ("during", pg.DateTimeRangeField(null=True)),
            ],
        ),
        AddConstraint("Booking", ExclusionConstraint(name="booking_once", expressions=[("during", "&&")])),
        AddConstraint("Booking", unique),
        AddConstraint("Booking", late),
        AddIndex("Booking", GinIndex(fields=["data"], name="booking_data")),
        AddIndex("Booking", models.Index(fields=["label"], opclasses=["text_pattern_ops"], name="booking_label_ops")),
    ]


def _last() -> list[Operation]:
    double = models.GeneratedField(expression=models.F("legs") * 2, output_field=models.IntegerField(), db_persist=True)
    return [
        RenameModel("Food", "Meal"),
        AddField("Animal", "double_legs", double),
        AlterModelTable("Keeper", "staff"),
        AlterUniqueTogether("Cage", {("number", "keeper")}),
        AddField("Cage", "area", models.PositiveIntegerField(default=1)),
        AlterField("Animal", "note", models.TextField(default="", blank=True)),
        AlterField("Animal", "label", models.CharField(max_length=40, db_default="none")),
    ]


def migrate(connection: BaseDatabaseWrapper) -> ProjectState:
    """Applies every step to the database, as `migrate` would, and returns the state they lead to."""
    state = ProjectState()
    for operations in steps(connection.vendor):
        with connection.schema_editor(atomic=True) as editor:
            for operation in operations:
                before = state.clone()
                operation.state_forwards("zoo", state)
                operation.database_forwards("zoo", editor, before, state)
    return state


def expectation(connection: BaseDatabaseWrapper, state: ProjectState) -> Snapshot:
    """What the state says the database should be, built in a shadow."""
    return shadow.build(connection, state, [m for m in state.apps.get_models() if m._meta.managed])


def live(connection: BaseDatabaseWrapper, expected: Snapshot) -> Snapshot:
    return snapshot(connection, expected.tables.keys())


def fill(connection: BaseDatabaseWrapper, state: ProjectState) -> None:
    """A few rows in the tables that mutations break."""
    keeper_model, animal_model = state.apps.get_model("zoo", "Keeper"), state.apps.get_model("zoo", "Animal")
    keeper = keeper_model.objects.using(connection.alias).create(name="Alice", slug="alice", age=40)
    cage = state.apps.get_model("zoo", "Cage").objects.using(connection.alias).create(number=1, wing="a", keeper=keeper)
    for number in range(1, 4):
        animal_model.objects.using(connection.alias).create(
            label=f"animal {number}", name=f"name {number}", cage=cage, rank=number, weight=number, state="active"
        )
