from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with the parameters OWASP recommends: 19 MiB, 2 iterations, 1 lane.

    Django's parameters use 100 MiB and 8 lanes for each login. After a change of the parameters,
    Django updates the hash of a password when its user next logs in.
    """

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1
