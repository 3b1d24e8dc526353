"""The only package that talks to git or reads the examined tree."""
