"""Writes joe-kuo.txt from scipy's copy of new-joe-kuo-6.21201, and points.json for the tests: python joe-kuo.py"""
import json
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import qmc

HERE = Path(__file__).parent
DIMENSIONS = 1024
file = np.load(Path(scipy.__file__).parent / 'stats' / '_sobol_direction_numbers.npz')
lines = ['# direction numbers of S. Joe and F. Y. Kuo (new-joe-kuo-6.21201), one dimension a line: s a m_1 ... m_s; licence: joe-kuo.licence']
for dimension in range(1, DIMENSIONS):
    polynomial, initial = int(file['poly'][dimension]), file['vinit'][dimension]
    degree = polynomial.bit_length() - 1
    inner = (polynomial >> 1) & ((1 << (degree - 1)) - 1)
    lines.append(' '.join(str(int(x)) for x in [degree, inner, *initial[:degree]]))
(HERE / 'joe-kuo.txt').write_text('\n'.join(lines) + '\n')

points = (qmc.Sobol(DIMENSIONS, scramble=False, bits=32).random(64) * 2**32).astype(np.uint64)
chosen = [0, 1, 2, 3, 4, 9, 20, 99, 500, 1022, 1023]
json.dump({'scipy': scipy.__version__, 'dimensions': chosen, 'points': points[:, chosen].tolist()}, (HERE / 'points.json').open('w'))
