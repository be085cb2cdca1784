"""The processes of Gunicorn: gunicorn.conf.py."""

from gunicorn.workers import gthread


class ThreadWorker(gthread.ThreadWorker):
    """A process with threads that drops no request when it stops.

    Gunicorn's own stops accepting connections but closes its socket later. Connections that a proxy
    opens in between are reset, together with the requests sent on them.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        # A process that is stopped while it starts is told to accept connections first.
        stopping = not enabled and not self.alive
        for listener in self.sockets if stopping else ():
            # Accepts all connections that wait.
            known = None
            while known != self.nr_conns:
                known = self.nr_conns
                self.accept(listener)
        super().set_accept_enabled(enabled)
        for listener in self.sockets if stopping else ():
            # From now on, connections are refused: a proxy tries another server.
            listener.close()
