import { createHmac } from "node:crypto";
import type { Channel } from "./channel.ts";
import { post } from "./post.ts";

/** Seconds since 1970, when it was signed. */
const TIMESTAMP_HEADER = "x-pgmedic-timestamp";
/** `v1=` and the HMAC-SHA256 of `<timestamp>.<body>`, in lower-case hexadecimal. */
const SIGNATURE_HEADER = "x-pgmedic-signature";
/** The notification's id: whoever may get it twice knows it again. */
const ID_HEADER = "x-pgmedic-notification";

/** The signature of a body that is sent at a moment. */
const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `v1=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;

/** Software of one's own: the notification as JSON, signed. */
export const webhookOf = (url: string, secret: string): Channel => ({
  name: "webhook",
  tell: (notification) => {
    const body = JSON.stringify({ schemaVersion: 1, ...notification });
    const timestamp = String(Math.floor(Date.now() / 1_000));
    return post(url, body, {
      [ID_HEADER]: notification.notificationId,
      [TIMESTAMP_HEADER]: timestamp,
      [SIGNATURE_HEADER]: signatureOf(secret, timestamp, body),
    });
  },
});
