import { type DeviceGuard, type GuardEvent } from 'attestkit';
import { type DevicesOptions } from 'attestkit/devices';
export declare const AUDIENCE = "https://api.example.com";
/** Whose login a request carries. */
export declare const LOGIN = "x-login";
/** Time as a test sets it, for server, platforms and phone. */
export declare const clock: {
    now: number;
};
export declare const platforms: {
    iPhone: () => import("attestkit-testing").VirtualIPhone;
    android: () => import("attestkit-testing").VirtualAndroid;
    play: import("attestkit-testing").VirtualPlayIntegrity;
};
/** A real server, called as a function. */
export interface TestServer {
    readonly guard: DeviceGuard;
    readonly events: readonly GuardEvent[];
    /** Every request that arrived: method and path. */
    readonly seen: string[];
    readonly fetch: (request: Request) => Promise<Response>;
}
/** @param options of its devices, beside or instead of the usual ones */
export declare function testServer(options?: Partial<DevicesOptions>): TestServer;
