package holdfast.cli.demo;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Random;

/// The database of a small shop: customers, products, orders with their lines, and a ledger that always
/// sums to zero.
public final class Shop {
    private static final String[] SCHEMA = {
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE NOT NULL,"
                + " city TEXT NOT NULL, notes TEXT)",
        "CREATE TABLE products (sku TEXT PRIMARY KEY, title TEXT NOT NULL, price_cents INTEGER NOT NULL,"
                + " stock INTEGER NOT NULL, thumbnail BLOB) WITHOUT ROWID",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers (id),"
                + " placed_at TEXT NOT NULL, state TEXT NOT NULL)",
        "CREATE TABLE order_lines (\"order\" INTEGER NOT NULL REFERENCES orders (id), line INTEGER NOT NULL,"
                + " sku TEXT NOT NULL REFERENCES products (sku), quantity INTEGER NOT NULL, price_cents INTEGER NOT NULL,"
                + " PRIMARY KEY (\"order\", line)) WITHOUT ROWID",
        "CREATE TABLE ledger (id INTEGER PRIMARY KEY, account TEXT NOT NULL, cents INTEGER NOT NULL, memo TEXT)",
        "CREATE INDEX orders_by_customer ON orders (customer, placed_at)",
        "CREATE INDEX ledger_by_account ON ledger (account)",
    };
    private static final String[] CITIES = {"Lisbon", "Łódź", "Zürich", "Málaga", "Tromsø", "Kyōto", "Graz", "Ghent"};
    private static final String[] STATES = {"new", "paid", "packed", "sent", "returned"};
    private static final String[] WORDS = {
        "amber", "basket", "copper", "drift", "ember", "flint", "garden", "harbour", "island", "jasmine", "kettle",
        "lantern", "meadow", "needle", "orchard", "pebble", "quartz", "ribbon", "saddle", "thistle", "umber", "velvet"
    };
    private static final int PRODUCTS = 2_000;

    private final Path file;
    private final Random random;
    private int orders;

    public Shop(Path file, long seed) {
        this.file = file;
        this.random = new Random(seed);
    }

    public Path file() {
        return file;
    }

    /// How many orders there are.
    public int orders() throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("SELECT count(*) FROM orders")) {
            count.next();
            return count.getInt(1);
        }
    }

    /// Goes on with a database that exists.
    void join() throws SQLException {
        orders = orders();
    }

    /// Makes the database with that many orders, about 320 bytes of database each.
    public void create(int count) throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA synchronous = OFF");
            for (String sql : SCHEMA) {
                statement.execute(sql);
            }
            connection.setAutoCommit(false);
            customers(connection, count / 8 + 1);
            products(connection);
            for (int i = 0; i < count; i++) {
                order(connection, count / 8 + 1);
            }
            connection.commit();
        }
    }

    /// Changes one order in a hundred, here and there, as a day's work does.
    public void changeOnePercent() throws SQLException {
        try (Connection connection = open();
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE orders SET state = ?, placed_at = placed_at || ' ' WHERE id = ?")) {
            connection.setAutoCommit(false);
            int from = random.nextInt(Math.max(1, orders * 9 / 10));
            // what changes together lies together, as recent orders do
            for (int i = 0; i < orders / 100; i++) {
                update.setString(1, STATES[random.nextInt(STATES.length)]);
                update.setInt(2, 1 + from + i);
                update.executeUpdate();
            }
            connection.commit();
        }
    }

    /// One customer buys something: order, lines, stock and ledger change together or not at all.
    public void sell(Connection connection) throws SQLException {
        order(connection, orders / 8 + 1);
        connection.commit();
    }

    Connection open() throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 30000");
            statement.execute("PRAGMA synchronous = NORMAL");
        }
        return connection;
    }

    private void customers(Connection connection, int count) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO customers (name, email, city, notes) VALUES (?, ?, ?, ?)")) {
            for (int i = 0; i < count; i++) {
                insert.setString(1, word() + " " + word());
                insert.setString(2, word() + i + "@example.org");
                insert.setString(3, CITIES[random.nextInt(CITIES.length)]);
                insert.setString(4, i % 5 == 0 ? prose(30) : null);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private void products(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO products VALUES (?, ?, ?, ?, ?)")) {
            for (int i = 0; i < PRODUCTS; i++) {
                byte[] thumbnail = new byte[2_000 + random.nextInt(6_000)];
                random.nextBytes(thumbnail);
                insert.setString(1, sku(i));
                insert.setString(2, word() + " " + word() + " " + word());
                insert.setInt(3, 100 + random.nextInt(20_000));
                insert.setInt(4, 1_000_000);
                insert.setBytes(5, thumbnail);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private void order(Connection connection, int customers) throws SQLException {
        orders++;
        try (PreparedStatement order = connection.prepareStatement("INSERT INTO orders VALUES (NULL, ?, ?, ?)");
                PreparedStatement line = connection.prepareStatement(
                        "INSERT INTO order_lines VALUES ((SELECT max(id) FROM orders), ?, ?, ?, ?)");
                PreparedStatement stock =
                        connection.prepareStatement("UPDATE products SET stock = stock - ? WHERE sku = ?");
                PreparedStatement ledger = connection.prepareStatement("INSERT INTO ledger VALUES (NULL, ?, ?, ?)")) {
            order.setInt(1, 1 + random.nextInt(customers));
            order.setString(
                    2,
                    String.format(
                            "2026-%02d-%02dT%02d:%02d",
                            1 + random.nextInt(12), 1 + random.nextInt(28), random.nextInt(24), random.nextInt(60)));
            order.setString(3, STATES[random.nextInt(STATES.length)]);
            order.executeUpdate();
            long cents = 0;
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                int quantity = 1 + random.nextInt(3);
                String sku = sku(random.nextInt(PRODUCTS));
                int price = 100 + random.nextInt(20_000);
                cents += (long) quantity * price;
                line.setInt(1, i);
                line.setString(2, sku);
                line.setInt(3, quantity);
                line.setInt(4, price);
                line.executeUpdate();
                stock.setInt(1, quantity);
                stock.setString(2, sku);
                stock.executeUpdate();
            }
            book(ledger, "cash", cents);
            book(ledger, "sales", -cents);
        }
    }

    private void book(PreparedStatement ledger, String account, long cents) throws SQLException {
        ledger.setString(1, account);
        ledger.setLong(2, cents);
        ledger.setString(3, prose(4));
        ledger.executeUpdate();
    }

    private static String sku(int number) {
        return "SKU-" + Integer.toString(100_000 + number * 7, 36).toUpperCase(Locale.ROOT);
    }

    private String word() {
        return WORDS[random.nextInt(WORDS.length)];
    }

    /// Made-up sentences.
    String prose(int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(i == 0 ? "" : " ").append(word());
        }
        return text.toString();
    }

    /// A file's worth of made-up sentences.
    byte[] page(int bytes) {
        StringBuilder text = new StringBuilder(bytes + 100);
        while (text.length() < bytes) {
            text.append(prose(12)).append(".\n");
        }
        return text.substring(0, bytes).getBytes(StandardCharsets.UTF_8);
    }
}
