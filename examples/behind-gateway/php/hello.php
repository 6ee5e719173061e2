<?php
// A hello server that answers only requests that the gateway has checked: php -S 127.0.0.1:8000 hello.php
declare(strict_types=1);

require __DIR__ . '/attest.php';

try {
    $keys = array_map('file_get_contents', explode(':', (string) getenv('ATTEST_KEY_FILES')));
    $body = (string) file_get_contents('php://input');
    attested($_SERVER, $body, $keys, (string) getenv('ATTEST_ISSUER'), (string) getenv('ATTEST_AUDIENCE'));
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
