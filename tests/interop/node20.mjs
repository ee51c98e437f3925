// Fedify asks for Node.js 22, and lacks one thing on Node.js 20, which this project still runs on:
// ArrayBuffer.prototype.transfer. Imported before Fedify.

ArrayBuffer.prototype.transfer ??= function transfer(length = this.byteLength) {
  const moved = new ArrayBuffer(length);
  new Uint8Array(moved).set(new Uint8Array(this, 0, Math.min(length, this.byteLength)));
  return moved;
};
