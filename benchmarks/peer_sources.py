"""The code of the peers, as the documentation of their packages shows it."""

# What startproject and startapp leave to the reader of REST framework's and Simple JWT's documents.
SETTINGS = """
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS += ["rest_framework", "rest_framework_simplejwt.token_blacklist", "school"]
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": %(name)r, "USER": %(user)r,
    "HOST": %(host)r, "PORT": %(port)r,
}}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 25,
}
SIMPLE_JWT = {"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True}
"""
MODELS = """
from django.db import models


class Student(models.Model):
    name = models.CharField(max_length=255)
    roll = models.IntegerField()
    city = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "api_student"
        ordering = ["id"]
"""
VIEWS = """
from rest_framework import serializers, viewsets

from .models import Student


class StudentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Student
        fields = "__all__"


class StudentViewSet(viewsets.ModelViewSet):
    queryset = Student.objects.all()
    serializer_class = StudentSerializer
"""
URLS = """
from django.urls import include, path
from rest_framework.routers import DefaultRouter
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView
from school.views import StudentViewSet

router = DefaultRouter()
router.register("students", StudentViewSet)
urlpatterns = [
    path("api/token/", TokenObtainPairView.as_view()),
    path("api/token/refresh/", TokenRefreshView.as_view()),
    path("api/", include(router.urls)),
]
"""
DJOSER_URLS = """
from django.urls import include, path
from rest_framework.routers import DefaultRouter
from school.views import StudentViewSet

router = DefaultRouter()
router.register("students", StudentViewSet)
urlpatterns = [
    path("auth/", include("djoser.urls")),
    path("auth/", include("djoser.urls.jwt")),
    path("api/", include(router.urls)),
]
"""
NINJA_SETTINGS = """
INSTALLED_APPS += ["ninja_extra", "ninja_jwt"]
NINJA_JWT = {"ROTATE_REFRESH_TOKENS": False}
NINJA_PAGINATION_PER_PAGE = 25
"""
NINJA_URLS = """
from datetime import datetime

from django.shortcuts import get_object_or_404
from django.urls import path
from ninja import Schema
from ninja.pagination import paginate
from ninja_extra import NinjaExtraAPI
from ninja_jwt.authentication import JWTAuth
from ninja_jwt.controller import NinjaJWTDefaultController
from school.models import Student


class StudentIn(Schema):
    name: str
    roll: int
    city: str


class StudentOut(StudentIn):
    id: int
    created_at: datetime
    updated_at: datetime


api = NinjaExtraAPI()
api.register_controllers(NinjaJWTDefaultController)


@api.get("/students/", response=list[StudentOut], auth=JWTAuth())
@paginate
def list_students(request):
    return Student.objects.all()


@api.get("/students/{key}/", response=StudentOut, auth=JWTAuth())
def get_student(request, key: int):
    return get_object_or_404(Student, id=key)


@api.post("/students/", response={201: StudentOut}, auth=JWTAuth())
def create_student(request, body: StudentIn):
    return 201, Student.objects.create(**body.dict())


urlpatterns = [path("api/", api.urls)]
"""
FASTAPI = """
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from jwt.exceptions import InvalidTokenError
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SECRET_KEY = "0" * 64
engine = create_async_engine(%(url)r)
make_session = async_sessionmaker(engine, expire_on_commit=False)
password_hash = PasswordHash([Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1)])
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")
app = FastAPI()


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    hashed_password: Mapped[str]


class Student(Base):
    __tablename__ = "api_student"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    roll: Mapped[int]
    city: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class StudentIn(BaseModel):
    name: str
    roll: int
    city: str


class StudentOut(StudentIn):
    model_config = ConfigDict(from_attributes=True)
    id: int
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    count: int
    results: list[StudentOut]


class Token(BaseModel):
    access_token: str
    token_type: str


async def get_session() -> AsyncIterator[AsyncSession]:
    async with make_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


async def get_current_user(
    token: Annotated[str, Depends(oauth2_scheme)], session: Session
) -> User:
    refused = HTTPException(
        status.HTTP_401_UNAUTHORIZED, "Could not validate credentials", {"WWW-Authenticate": "Bearer"}
    )
    try:
        payload = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
    except InvalidTokenError:
        raise refused
    user = await session.scalar(select(User).where(User.username == payload.get("sub")))
    if user is None:
        raise refused
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


@app.post("/token")
async def login(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], session: Session
) -> Token:
    user = await session.scalar(select(User).where(User.username == form.username))
    if user is None or not password_hash.verify(form.password, user.hashed_password):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Incorrect username or password")
    claims = {"sub": user.username, "exp": datetime.now(timezone.utc) + timedelta(minutes=30)}
    return Token(access_token=jwt.encode(claims, SECRET_KEY, "HS256"), token_type="bearer")


@app.get("/students/")
async def list_students(user: CurrentUser, session: Session, offset: int = 0) -> Page:
    count = await session.scalar(select(func.count()).select_from(Student))
    rows = await session.scalars(select(Student).order_by(Student.id).offset(offset).limit(25))
    return Page(count=count, results=[StudentOut.model_validate(row) for row in rows])


@app.get("/students/{key}/")
async def get_student(key: int, user: CurrentUser, session: Session) -> StudentOut:
    student = await session.get(Student, key)
    if student is None:
        raise HTTPException(404)
    return StudentOut.model_validate(student)


@app.post("/students/", status_code=201)
async def create_student(body: StudentIn, user: CurrentUser, session: Session) -> StudentOut:
    student = Student(**body.model_dump())
    session.add(student)
    await session.commit()
    await session.refresh(student)
    return StudentOut.model_validate(student)
"""
FASTAPI_SETUP = """
import asyncio
from main import Base, User, engine, make_session, password_hash


async def main():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with make_session() as session:
        session.add(User(username="ada", hashed_password=password_hash.hash(%(password)r)))
        await session.commit()


asyncio.run(main())
"""
FILL = """
import psycopg, sys
with psycopg.connect(sys.argv[1]) as connection:
    connection.execute(
        "INSERT INTO api_student (name, roll, city, created_at, updated_at)"
        " SELECT 'Student ' || n, n, 'City ' || mod(n, 100), now(), now()"
        " FROM generate_series(1, %s) n",
        [int(sys.argv[2])],
    )
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
"""
