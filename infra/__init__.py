"""Everything built, deployed or run around the handlers: generation, template, packages, stack."""
