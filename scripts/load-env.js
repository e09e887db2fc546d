// Takes settings from .env, if there is one. What the environment says already goes first.
import { existsSync } from 'node:fs';

if (existsSync('.env')) process.loadEnvFile('.env');
