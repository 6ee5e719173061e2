<?php
// A hello server that answers only requests that the gateway has checked: php -S 127.0.0.1:8000 hello.php
declare(strict_types=1);

require __DIR__ . '/attest.php';

[$files, $issuer, $audience] = array_map('getenv', ['ATTEST_KEY_FILES', 'ATTEST_ISSUER', 'ATTEST_AUDIENCE']);
if (!$files || !$issuer || !$audience) {
    error_log('Set ATTEST_KEY_FILES, ATTEST_ISSUER and ATTEST_AUDIENCE (the name of the upstream)');
    http_response_code(500);
    exit('{}');
}
try {
    $keys = array_map('file_get_contents', explode(':', $files));
    attested($_SERVER, (string) file_get_contents('php://input'), $keys, $issuer, $audience);
} catch (NotAttested $reason) {
    error_log("refused: {$reason->getMessage()}");
    http_response_code(403);
    exit('{}');
}

header('Content-Type: application/json');
if (explode('?', $_SERVER['REQUEST_URI'])[0] !== '/') {
    http_response_code(404);
    exit('{}');
}
echo json_encode(['message' => 'Hello, World!']);
