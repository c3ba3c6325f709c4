import unittest

from orders.pricing import line_total, order_total


class PricingTest(unittest.TestCase):
    def test_small_quantities_have_no_discount(self):
        self.assertEqual(line_total(3, 250), 750)

    def test_large_quantities_are_cheaper(self):
        self.assertEqual(line_total(20, 100), 1900)
        self.assertEqual(line_total(100, 100), 9000)

    def test_an_order_is_the_sum_of_its_lines(self):
        lines = [{"quantity": 1, "unit_price": 100}, {"quantity": 20, "unit_price": 100}]
        self.assertEqual(order_total(lines), 2000)

    def test_nonsense_is_refused(self):
        with self.assertRaises(ValueError):
            line_total(0, 100)


if __name__ == "__main__":
    unittest.main()
