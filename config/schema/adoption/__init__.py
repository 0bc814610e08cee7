"""Adoption: bringing tables that an older system left behind to the shape the migrations declare.

`rules` says what the migrations know of the old values, `columns` reads the shapes of a table, `conversions` turns one
type into another, `plans` decides and words what is to be done, and `report` keeps what was done. The migration
operations that carry the plans out are in `config.schema.operations`.
"""
