// Imported before any schema: the page's Content-Security-Policy forbids the code that zod would generate.
import { z } from "zod";

z.config({ jitless: true });
