"""Everything that is built, deployed or run around the handlers: generation, template, packages, local stack."""
