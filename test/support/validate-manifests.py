"""Prints what is wrong with Kubernetes manifests, as a JSON list of texts.

validate-manifests.py VERSION CRD < MANIFESTS     CRD: the custom resource definition of the kinds that Kubernetes lacks
"""
import json
import sys

import jsonschema
import kubernetes_validate
import yaml

version, definition = sys.argv[1], yaml.safe_load(open(sys.argv[2]))
kinds = {
    (f"{definition['spec']['group']}/{each['name']}", definition['spec']['names']['kind']): each['schema']['openAPIV3Schema']
    for each in definition['spec']['versions']
}
wrong = []
for manifest in filter(None, yaml.safe_load_all(sys.stdin)):
    schema = kinds.get((manifest['apiVersion'], manifest['kind']))
    try:
        if schema is None:
            kubernetes_validate.validate(manifest, version, strict=True)
        else:
            jsonschema.Draft4Validator(schema).validate(manifest)
    except (jsonschema.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
        wrong.append(f"{manifest['kind']} {manifest['metadata']['name']}: {error.message}")
print(json.dumps(wrong))
