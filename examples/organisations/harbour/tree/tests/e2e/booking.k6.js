import http from 'k6/http';

export const options = {
  vus: 40,
  duration: '2m',
  thresholds: {
    http_req_duration: ['p(95)<400'],
    http_req_failed: ['rate<0.005'],
  },
};

export default function () {
  http.get(`${__ENV.BASE_URL}/v2/harbours/north/price?length=10&month=7`);
}
