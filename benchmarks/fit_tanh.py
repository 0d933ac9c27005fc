"""Fit the constants of `triode.compiler.emit.vector_math`: tanh by Remez exchange, and exp.

tanh(x) ~ x P(x^2) / Q(x^2), both of degree four with constant term one, smallest relative error
for 0 < x <= 9.02 (from there on float32 rounds tanh to one). What is emitted is the same fraction
as x (1/8 + R(x^2) / Q(x^2)), R = P - Q / 8: for large x most of the result is the exact x / 8, so
that the rounding errors of the fraction weigh little.

exp(r) ~ 1 + r + r^2 S(r) for |r| <= ln(2) / 2, a Chebyshev interpolation.

python benchmarks/fit_tanh.py
"""

import mpmath
import numpy as np
import numpy.typing as npt
from mpmath import mpf

__all__ = ["fit_exp", "fit_tanh"]

DIGITS = 40
DEGREE = 4
TOP = 9.02
SHARE = mpf(1) / 8
EXCHANGES = 10
NEWTON_STEPS = 30


@mpmath.workdps(DIGITS)
def fit_tanh() -> tuple[list[mpf], list[mpf], float]:
    """Coefficients of R and Q, constant term first, and the largest relative error."""
    count = 2 * DEGREE + 1
    points = [TOP * mpmath.sin(mpmath.pi / 2 * (i + 0.5) / (count - 0.5)) for i in range(count)]
    p, q, level = [mpf(1)], [mpf(1)], mpf(0)
    grid = TOP * np.sin(np.linspace(0, np.pi / 2, 20001)[1:])
    for _ in range(EXCHANGES):
        p, q, level = _levelled(points, p, q, level)
        points = _extremes(grid, _relative_error(p, q, grid))
    r = [above - SHARE * below for above, below in zip(p, q, strict=True)]
    return r, q, float(abs(level))


@mpmath.workdps(DIGITS)
def fit_exp() -> tuple[list[mpf], float]:
    """Coefficients of 1 + r + r^2 S(r), constant term first, and the largest relative error."""
    top = mpmath.log(2) / 2
    series = [1 / mpmath.factorial(n + 2) for n in range(24)]
    tail, error = mpmath.chebyfit(
        lambda r: mpmath.polyval(series[::-1], r), [-top, top], 5, error=True
    )
    return [mpf(1), mpf(1), *tail[::-1]], float(error * top**2 * mpmath.exp(top))


def _levelled(
    points: list[mpf], p: list[mpf], q: list[mpf], level: mpf
) -> tuple[list[mpf], list[mpf], mpf]:
    """Newton's method for x P / (Q tanh x) - 1 = +level, -level, ... at the points."""
    count = len(points)
    matrix, right = mpmath.matrix(count, count), mpmath.matrix(count, 1)
    for _ in range(NEWTON_STEPS):
        for row, x in enumerate(points):
            u, target, sign = x * x, mpmath.tanh(x) / x, (-1) ** row
            slope = sign * target * mpmath.polyval(q[::-1], u)
            for n in range(DEGREE):
                matrix[row, n] = u ** (n + 1)
                matrix[row, DEGREE + n] = -target * (1 + sign * level) * u ** (n + 1)
            matrix[row, 2 * DEGREE] = -slope
            right[row] = target * (1 + sign * level) - 1 - slope * level
        solution = mpmath.lu_solve(matrix, right)
        p = [mpf(1), *solution[:DEGREE]]
        q = [mpf(1), *solution[DEGREE : 2 * DEGREE]]
        level = solution[2 * DEGREE]
    return p, q, level


def _relative_error(
    p: list[mpf], q: list[mpf], grid: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    above, below = (np.polyval([float(c) for c in reversed(one)], grid**2) for one in (p, q))
    return np.asarray(grid * above / (below * np.tanh(grid)) - 1)


def _extremes(grid: npt.NDArray[np.float64], error: npt.NDArray[np.float64]) -> list[mpf]:
    """Where the error is largest between its changes of sign."""
    changes = np.flatnonzero(np.diff(np.sign(error))) + 1
    starts = [0, *changes.tolist()]
    pieces = zip(starts, [*starts[1:], len(error)], strict=True)
    return [mpf(float(grid[a + np.argmax(np.abs(error[a:b]))])) for a, b in pieces]


def main() -> None:
    """Print the constants as float32."""
    r, q, tanh_error = fit_tanh()
    coefficients, exp_error = fit_exp()
    for name, values in (
        ("TANH_NUMERATOR", r),
        ("TANH_DENOMINATOR", q),
        ("EXP_COEFFICIENTS", coefficients),
    ):
        print(f"{name} = ({', '.join(str(np.float32(float(value))) for value in values)})")
    print(f"largest relative errors: tanh {tanh_error:.1e}, exp {exp_error:.1e}")


if __name__ == "__main__":
    main()
