// A gateway in a process of its own, which a test can kill. Its configuration is the first argument, as JSON.
import { loadConfig, startGateway } from 'attestkit-gateway';

const gateway = await startGateway(loadConfig('gateway.json', process.argv[2] ?? '', process.env));
process.send?.(gateway.trafficUrl);
