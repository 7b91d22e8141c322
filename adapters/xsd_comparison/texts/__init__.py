"""Texts that simple types allow: as regular languages, with what is not regular kept beside."""
