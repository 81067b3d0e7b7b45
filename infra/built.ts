// The bootstrap has built everything by the time this runs.
console.log("built: dist/functions/app.js and dist/static-web");
