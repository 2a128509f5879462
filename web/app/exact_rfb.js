/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Exact RFB
 *
 * noVNC's client, asking for exact pixels: whoever looks at a guest under test
 * judges the guest's picture and not a codec's. A server may send JPEG only to
 * a client that names a JPEG quality, and noVNC always names one; here the
 * quality is left out of what it lists.
 */

import RFB from '../novnc/core/rfb.js';
import { encodings } from '../novnc/core/encodings.js';

function isExact(encoding) {
  const isQuality = encoding >= encodings.pseudoEncodingQualityLevel0 &&
    encoding <= encodings.pseudoEncodingQualityLevel9;
  return !isQuality && encoding !== encodings.encodingJPEG;
}

const sendEncodings = RFB.messages.clientEncodings;
RFB.messages.clientEncodings = (socket, list) => sendEncodings(socket, list.filter(isExact));

export default RFB;
