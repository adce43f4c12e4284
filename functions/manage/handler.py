"""Commands on what exists: documents, dead letters, light models, keys, sessions."""

from starlette.routing import Route

from pipeline import blobs, broker
from pipeline.application import application
from pipeline.auth import cookie_key
from pipeline.call import call

from . import commands, keys, letters, models, replay, republish, session

app = application(
    [
        Route("/documents/{id:uuid}", call("write", commands.delete), methods=["DELETE"]),
        Route("/documents/{id:uuid}", call("write", commands.correct), methods=["PATCH"]),
        Route("/documents/{id:uuid}/reprocess", call("write", commands.reprocess), methods=["POST"]),
        Route("/dead-letters", call("operate", letters.listed)),
        Route("/dead-letters/replay", call("operate", replay.many), methods=["POST"]),
        Route("/dead-letters/{id:uuid}", call("operate", letters.shown)),
        Route("/dead-letters/{id:uuid}/replay", call("operate", replay.replayed), methods=["POST"]),
        Route("/dead-letters/{id:uuid}/discard", call("operate", replay.discarded), methods=["POST"]),
        Route("/republish", call("operate", republish.republished), methods=["POST"]),
        Route("/categories/models", call("operate", models.listed)),
        Route("/categories/models", models.taken, methods=["POST"]),
        Route("/categories/models/{version:int}", models.withdrawn, methods=["DELETE"]),
        Route("/categories/corrections", call("operate", models.corrections)),
        Route("/session", session.shown),
        Route("/session", session.opened, methods=["POST"]),
        Route("/session", session.ended, methods=["DELETE"]),
        Route("/keys", call("operate", keys.listed)),
        Route("/keys", call("operate", keys.created), methods=["POST"]),
        Route("/keys/{id:uuid}", call("operate", keys.revoked), methods=["DELETE"]),
    ],
    at="/api",
    needs=[cookie_key, blobs.ping],
    spares=[broker.ping],
)
