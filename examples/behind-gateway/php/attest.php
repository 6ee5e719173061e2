<?php
// What attestkit-gateway says about a request, by its result token. Copy this file: it needs PHP 8.0 with openssl, and no package.
declare(strict_types=1);

/** The gateway has not checked this request. The message is for your log; the client gets a 403 and no reason. */
final class NotAttested extends RuntimeException
{
}

/**
 * Verifies X-Attest-Token.
 *
 * @param array<string, mixed> $server `$_SERVER`
 * @param list<string> $keys PEM of the gateway's public keys: openssl pkey -in result-key.pem -pubout
 * @return array<string, mixed> `outcome`, `evidence`, and of an enrolled device `device`, `user`, `key`
 * @throws NotAttested
 */
function attested(array $server, string $body, array $keys, string $issuer, string $audience): array
{
    // Two lines of the field are joined by a comma, which no token has.
    if (preg_match('/^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/D', $server['HTTP_X_ATTEST_TOKEN'] ?? '', $part) !== 1) {
        throw new NotAttested('no X-Attest-Token, or several');
    }
    [, $head, $payload, $signature] = $part;
    $header = json_decode(base64url_decoded($head), true);
    if (($header['alg'] ?? '') !== 'ES256' || ($header['typ'] ?? '') !== 'attest-result+jwt') {
        throw new NotAttested('X-Attest-Token is another kind of token');
    }
    $der = der_of(base64url_decoded($signature));
    $isSigned = fn(string $key): bool => openssl_verify("$head.$payload", $der, $key, OPENSSL_ALGO_SHA256) === 1;
    if (count(array_filter($keys, $isSigned)) === 0) {
        throw new NotAttested('X-Attest-Token is not signed by the gateway');
    }
    $said = json_decode(base64url_decoded($payload), true, 8, JSON_THROW_ON_ERROR);
    [$path] = explode('?', $server['REQUEST_URI'], 2);
    $digest = 'sha-256=:' . base64_encode(hash('sha256', $body, true)) . ':';
    $holds = [
        'iss' => $said['iss'] === $issuer,
        'aud' => $said['aud'] === $audience,
        'exp' => $said['exp'] > time() - 5,
        'iat' => $said['iat'] < time() + 5,
        'htm' => $said['htm'] === $server['REQUEST_METHOD'],
        'htu' => preg_replace('#^https?://#', '', $said['htu']) === $server['HTTP_HOST'] . $path,
        'content_digest' => ($said['content_digest'] ?? $digest) === $digest,
        'outcome' => in_array($said['outcome'], ['accepted', 'reported'], true),
    ];
    if (in_array(false, $holds, true)) {
        throw new NotAttested('X-Attest-Token is about something else: ' . array_search(false, $holds, true));
    }
    return $said;
}

function base64url_decoded(string $text): string
{
    return (string) base64_decode(strtr($text, '-_', '+/'));
}

/** The two numbers of an ES256 signature as openssl reads them: SEQUENCE { INTEGER, INTEGER }. */
function der_of(string $signature): string
{
    if (strlen($signature) !== 64) {
        throw new NotAttested('X-Attest-Token has no signature of ES256');
    }
    $numbers = '';
    foreach (str_split($signature, 32) as $number) {
        $number = ltrim($number, "\0");
        if ($number === '' || ord($number[0]) > 127) {
            $number = "\0$number"; // positive
        }
        $numbers .= "\x02" . chr(strlen($number)) . $number;
    }
    return "\x30" . chr(strlen($numbers)) . $numbers;
}
