"""The recipes that come with Triode, as a page lists them."""

import functools

from pydantic import BaseModel

__all__ = ["RecipeDocument", "recipe_documents"]


class RecipeDocument(BaseModel):
    """A recipe."""

    name: str
    description: str
    epochs: int
    sizes: list[str]


@functools.cache
def recipe_documents() -> tuple[RecipeDocument, ...]:
    """All of them, by name; the first call takes a second, for training is loaded with it."""
    from triode.architectures import size_names
    from triode.training import load_recipe, recipe_names

    recipes = {name: load_recipe(name) for name in recipe_names()}
    return tuple(
        RecipeDocument(
            name=name,
            description=recipe.description,
            epochs=recipe.epochs,
            sizes=list(size_names(len(recipe.sizes))),
        )
        for name, recipe in recipes.items()
    )
