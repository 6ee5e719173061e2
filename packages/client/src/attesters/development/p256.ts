// The curve P-256 (SEC 2 §2.4.2) with BigInt, since `crypto.subtle` is missing in React Native. NOT in constant time: who measures
// it learns the key. It is for development keys alone.

/** The prime of the field. */
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
/** The order of the base point. */
export const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** The base point. */
const G: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

/** A point that is not the one at infinity. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** The point (X/Z², Y/Z³): so no step has to divide. */
interface Jacobian extends Point {
  readonly z: bigint;
}

/**
 * The base point times a number, by doubling and adding from the highest bit down. As the number is below the order, no step adds
 * a point to itself or to its opposite, for which the formula of `plusBase` is not.
 *
 * @param scalar from 1 to N - 1
 */
export function timesBase(scalar: bigint): Point {
  let point: Jacobian = { ...G, z: 1n };
  for (const bit of scalar.toString(2).slice(1)) {
    point = doubled(point);
    if (bit === '1') point = plusBase(point);
  }
  const inverse = inverseOf(point.z, P);
  const square = mod(inverse * inverse, P);
  return { x: mod(point.x * square, P), y: mod(point.y * square * inverse, P) };
}

/** The curve is y² = x³ - 3x + b, so 3x² + az⁴ is 3(x - z²)(x + z²). */
function doubled({ x, y, z }: Jacobian): Jacobian {
  const z2 = z * z;
  const y2 = mod(y * y, P);
  const xy2 = mod(4n * x * y2, P);
  const slope = mod(3n * (x - z2) * (x + z2), P);
  const newX = mod(slope * slope - 2n * xy2, P);
  return { x: newX, y: mod(slope * (xy2 - newX) - 8n * y2 * y2, P), z: mod(2n * y * z, P) };
}

function plusBase({ x, y, z }: Jacobian): Jacobian {
  const z2 = mod(z * z, P);
  const dx = mod(G.x * z2 - x, P);
  const dy = mod(G.y * z2 * z - y, P);
  const dx2 = mod(dx * dx, P);
  const dx3 = mod(dx2 * dx, P);
  const xdx2 = mod(x * dx2, P);
  const newX = mod(dy * dy - dx3 - 2n * xdx2, P);
  return { x: newX, y: mod(dy * (xdx2 - newX) - y * dx3, P), z: mod(dx * z, P) };
}

/** The remainder from 0 up, unlike that of `%`. */
export function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** By Euclid's extended algorithm. @param value no multiple of the modulus, which is prime */
export function inverseOf(value: bigint, modulus: bigint): bigint {
  let [rest, next] = [modulus, mod(value, modulus)];
  let [factor, nextFactor] = [0n, 1n];
  while (next !== 0n) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return mod(factor, modulus);
}
