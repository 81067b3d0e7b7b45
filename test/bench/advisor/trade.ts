import { type BenchSet, GB } from "./bench-set.ts";

const load = (scale: number): string[] => {
  const customers = Math.round(150_000 * scale);
  const orders = Math.round(1_500_000 * scale);
  const parts = Math.round(200_000 * scale);
  const suppliers = Math.max(100, Math.round(10_000 * scale));
  return [
    "select setseed(0.17)",
    "create table regions (region_id int primary key, name text not null)",
    "insert into regions select n, (array['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'])[n + 1] from generate_series(0, 4) n",
    "create table nations (nation_id int primary key, name text not null, region_id int not null)",
    "insert into nations select n, 'NATION ' || chr(65 + n), n % 5 from generate_series(0, 24) n",
    "create table suppliers (supplier_id int primary key, name text not null, nation_id int not null, balance numeric(12, 2) not null, remark text)",
    `insert into suppliers select n, 'Supplier ' || n, floor(random() * 25)::int, random() * 11000 - 1000,
       case when n % 2000 = 0 then 'Customer has Complaints' else md5(n::text) end from generate_series(1, ${suppliers}) n`,
    "create table customers (customer_id int primary key, name text not null, nation_id int not null, phone text not null, balance numeric(12, 2) not null, segment text not null)",
    `insert into customers select n, 'Customer ' || n, floor(random() * 25)::int, (10 + floor(random() * 25)::int) || '-' || 100000 + n,
       random() * 11000 - 1000, (array['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'HOUSEHOLD', 'MACHINERY'])[1 + floor(random() * 5)::int]
     from generate_series(1, ${customers}) n`,
    "create table parts (part_id int primary key, name text not null, maker text not null, brand text not null, kind text not null, size int not null, container text not null)",
    `insert into parts select n, md5(n::text), 'Maker ' || 1 + n % 5, 'Brand ' || 11 + floor(random() * 25)::int,
       (array['STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY', 'PROMO'])[1 + floor(random() * 6)::int] || ' ' ||
       (array['ANODIZED', 'BURNISHED', 'PLATED', 'POLISHED', 'BRUSHED'])[1 + floor(random() * 5)::int] || ' ' ||
       (array['TIN', 'NICKEL', 'BRASS', 'STEEL', 'COPPER'])[1 + floor(random() * 5)::int],
       1 + floor(random() * 50)::int,
       (array['SM', 'LG', 'MED', 'JUMBO', 'WRAP'])[1 + floor(random() * 5)::int] || ' ' ||
       (array['CASE', 'BOX', 'BAG', 'JAR', 'PKG', 'PACK', 'CAN', 'DRUM'])[1 + floor(random() * 8)::int]
     from generate_series(1, ${parts}) n`,
    "create table offers (part_id int, supplier_id int, available int not null, cost numeric(12, 2) not null, primary key (part_id, supplier_id))",
    `insert into offers select p, 1 + (p * 7 + s * ${Math.max(1, Math.floor(suppliers / 4))}) % ${suppliers}, floor(random() * 10000)::int, 1 + random() * 1000
     from generate_series(1, ${parts}) p, generate_series(0, 3) s`,
    "create table orders (order_id int primary key, customer_id int not null, state char(1) not null, total numeric(12, 2) not null, ordered_on date not null, priority text not null, remark text not null)",
    `insert into orders select n, 1 + floor(random() * ${customers} * 2 / 3)::int, (array['F', 'O', 'P'])[1 + floor(random() * 2.05)::int],
       random() * 400000, date '1992-01-01' + floor(random() * 2406)::int,
       (array['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'])[1 + floor(random() * 5)::int],
       md5(n::text) || case when random() < 0.01 then ' special requests ' else ' ' end || md5((n * 3)::text)
     from generate_series(1, ${orders}) n`,
    `create table lines (order_id int, line_number int, part_id int not null, supplier_id int not null, quantity int not null,
       price numeric(12, 2) not null, discount numeric(4, 2) not null, tax numeric(4, 2) not null, return_flag char(1) not null,
       state char(1) not null, shipped_on date not null, committed_on date not null, received_on date not null,
       instruction text not null, mode text not null, remark text not null, primary key (order_id, line_number))`,
    `insert into lines
     select o.order_id, l, 1 + floor(random() * ${parts})::int, 1 + floor(random() * ${suppliers})::int, 1 + floor(random() * 50)::int,
       900 + random() * 100000, floor(random() * 11) / 100, floor(random() * 9) / 100, (array['R', 'A', 'N', 'N'])[1 + floor(random() * 4)::int],
       (array['O', 'F'])[1 + floor(random() * 2)::int], o.ordered_on + 1 + floor(random() * 121)::int,
       o.ordered_on + 30 + floor(random() * 61)::int, o.ordered_on + 2 + floor(random() * 150)::int,
       (array['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'])[1 + floor(random() * 4)::int],
       (array['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'])[1 + floor(random() * 7)::int], md5(o.order_id::text)
     from orders o, generate_series(1, 1 + (o.order_id * 13) % 7) l`,
  ];
};

const revenue = "sum(l.price * (1 - l.discount))";
const queries = [
  // Totals by state of everything shipped until late: nearly all rows.
  `select l.return_flag, l.state, sum(l.quantity), sum(l.price), ${revenue}, avg(l.discount), count(*)
   from lines l where l.shipped_on <= date '1998-09-02' group by l.return_flag, l.state order by l.return_flag, l.state`,
  // Unshipped orders of one segment by value.
  `select l.order_id, ${revenue} as revenue, o.ordered_on from customers c, orders o, lines l
   where c.segment = 'BUILDING' and c.customer_id = o.customer_id and l.order_id = o.order_id
     and o.ordered_on < date '1995-03-15' and l.shipped_on > date '1995-03-15'
   group by l.order_id, o.ordered_on order by revenue desc, o.ordered_on limit 10`,
  // Orders of a quarter with a late line.
  `select o.priority, count(*) from orders o
   where o.ordered_on >= date '1993-07-01' and o.ordered_on < date '1993-10-01'
     and exists (select 1 from lines l where l.order_id = o.order_id and l.committed_on < l.received_on)
   group by o.priority order by o.priority`,
  // Revenue inside one region by nation.
  `select n.name, ${revenue} as revenue from customers c, orders o, lines l, suppliers s, nations n, regions r
   where c.customer_id = o.customer_id and l.order_id = o.order_id and l.supplier_id = s.supplier_id and c.nation_id = s.nation_id
     and s.nation_id = n.nation_id and n.region_id = r.region_id and r.name = 'ASIA'
     and o.ordered_on >= date '1994-01-01' and o.ordered_on < date '1995-01-01'
   group by n.name order by revenue desc`,
  // What a small discount cost in a year.
  `select sum(l.price * l.discount) from lines l
   where l.shipped_on >= date '1994-01-01' and l.shipped_on < date '1995-01-01' and l.discount between 0.05 and 0.07 and l.quantity < 24`,
  // Trade between two nations by year.
  `select s.nation_id, c.nation_id, extract(year from l.shipped_on) as year, ${revenue} from suppliers s, lines l, orders o, customers c
   where s.supplier_id = l.supplier_id and o.order_id = l.order_id and c.customer_id = o.customer_id
     and ((s.nation_id = 6 and c.nation_id = 7) or (s.nation_id = 7 and c.nation_id = 6))
     and l.shipped_on between date '1995-01-01' and date '1996-12-31'
   group by 1, 2, 3 order by 1, 2, 3`,
  // A nation's share of the market for one kind of part.
  `select extract(year from o.ordered_on) as year, sum(case when n2.name = 'NATION C' then l.price * (1 - l.discount) else 0 end) / ${revenue}
   from parts p, suppliers s, lines l, orders o, customers c, nations n1, nations n2, regions r
   where p.part_id = l.part_id and s.supplier_id = l.supplier_id and l.order_id = o.order_id and o.customer_id = c.customer_id
     and c.nation_id = n1.nation_id and n1.region_id = r.region_id and r.name = 'AMERICA' and s.nation_id = n2.nation_id
     and o.ordered_on between date '1995-01-01' and date '1996-12-31' and p.kind = 'ECONOMY ANODIZED STEEL'
   group by 1 order by 1`,
  // Profit on parts of one name.
  `select n.name, extract(year from o.ordered_on) as year, sum(l.price * (1 - l.discount) - ps.cost * l.quantity)
   from parts p, suppliers s, lines l, offers ps, orders o, nations n
   where s.supplier_id = l.supplier_id and ps.supplier_id = l.supplier_id and ps.part_id = l.part_id and p.part_id = l.part_id
     and o.order_id = l.order_id and s.nation_id = n.nation_id and p.name like '%abc%'
   group by 1, 2 order by 1, 2 desc`,
  // Customers who sent most back in a quarter.
  `select c.customer_id, c.name, ${revenue} as revenue from customers c, orders o, lines l
   where c.customer_id = o.customer_id and l.order_id = o.order_id and o.ordered_on >= date '1993-10-01'
     and o.ordered_on < date '1994-01-01' and l.return_flag = 'R'
   group by c.customer_id, c.name order by revenue desc limit 20`,
  // The stock that matters in one nation.
  `select ps.part_id, sum(ps.cost * ps.available) as value from offers ps, suppliers s
   where ps.supplier_id = s.supplier_id and s.nation_id = 11 group by ps.part_id
   having sum(ps.cost * ps.available) > (select sum(ps.cost * ps.available) * 0.0001 from offers ps, suppliers s
     where ps.supplier_id = s.supplier_id and s.nation_id = 11)
   order by value desc`,
  // Late lines by mode and urgency.
  `select l.mode, sum(case when o.priority in ('1-URGENT', '2-HIGH') then 1 else 0 end) from orders o, lines l
   where o.order_id = l.order_id and l.mode in ('MAIL', 'SHIP') and l.committed_on < l.received_on and l.shipped_on < l.committed_on
     and l.received_on >= date '1994-01-01' and l.received_on < date '1995-01-01' group by l.mode order by l.mode`,
  // How many customers have how many orders.
  `select orders_of, count(*) from (
     select c.customer_id, count(o.order_id) as orders_of from customers c
       left join orders o on c.customer_id = o.customer_id and o.remark not like '%special%requests%'
     group by c.customer_id) each
   group by orders_of order by 2 desc, 1 desc`,
  // A month's revenue from promoted parts.
  `select 100 * sum(case when p.kind like 'PROMO%' then l.price * (1 - l.discount) else 0 end) / ${revenue} from lines l, parts p
   where l.part_id = p.part_id and l.shipped_on >= date '1995-09-01' and l.shipped_on < date '1995-10-01'`,
  // How many suppliers offer parts of some sizes.
  `select p.brand, p.kind, p.size, count(distinct ps.supplier_id) as suppliers from offers ps, parts p
   where p.part_id = ps.part_id and p.brand <> 'Brand 15' and p.kind not like 'MEDIUM POLISHED%' and p.size in (3, 9, 14, 19, 23, 36, 45, 49)
     and ps.supplier_id not in (select s.supplier_id from suppliers s where s.remark like '%Customer%Complaints%')
   group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
  // Large orders.
  `select c.name, o.order_id, o.total, sum(l.quantity) from customers c, orders o, lines l
   where o.order_id in (select order_id from lines group by order_id having sum(quantity) > 300)
     and c.customer_id = o.customer_id and o.order_id = l.order_id
   group by c.name, o.order_id, o.total order by o.total desc limit 100`,
  // Revenue of some brands in some containers.
  `select ${revenue} from lines l, parts p
   where p.part_id = l.part_id and l.mode in ('AIR', 'REG AIR') and l.instruction = 'DELIVER IN PERSON'
     and ((p.brand = 'Brand 12' and p.container in ('SM CASE', 'SM BOX', 'SM PACK') and l.quantity between 1 and 11 and p.size between 1 and 5)
       or (p.brand = 'Brand 23' and p.container in ('MED BAG', 'MED BOX', 'MED PKG') and l.quantity between 10 and 20 and p.size between 1 and 10)
       or (p.brand = 'Brand 34' and p.container in ('LG CASE', 'LG BOX', 'LG PACK') and l.quantity between 20 and 30 and p.size between 1 and 15))`,
  // Suppliers who alone kept an order waiting.
  `select s.name, count(*) as kept from suppliers s, lines l1, orders o
   where s.supplier_id = l1.supplier_id and o.order_id = l1.order_id and o.state = 'F' and l1.received_on > l1.committed_on
     and exists (select 1 from lines l2 where l2.order_id = l1.order_id and l2.supplier_id <> l1.supplier_id)
     and not exists (select 1 from lines l3 where l3.order_id = l1.order_id and l3.supplier_id <> l1.supplier_id and l3.received_on > l3.committed_on)
     and s.nation_id = 20 group by s.name order by kept desc, s.name limit 100`,
  // Good customers who have not ordered.
  `select substring(c.phone from 1 for 2) as code, count(*), sum(c.balance) from customers c
   where substring(c.phone from 1 for 2) in ('13', '31', '23', '29', '30', '18', '17')
     and c.balance > (select avg(balance) from customers where balance > 0 and substring(phone from 1 for 2) in ('13', '31', '23', '29', '30', '18', '17'))
     and not exists (select 1 from orders o where o.customer_id = c.customer_id)
   group by 1 order by 1`,
];

const insert = (rows: number): string =>
  `insert into lines
   select 100000000 + n, 1, 1 + n % 1000, 1 + n % 100, 5, 1000, 0.05, 0.02, 'N', 'O', date '1998-01-01' + n % 90, date '1998-02-01' + n % 90,
     date '1998-02-05' + n % 90, 'NONE', 'MAIL', md5(n::text)
   from generate_series(1, ${rows}) n`;

/** Decision support in the manner of TPC-H: joins of large tables, of which indexes serve only a part. */
export const trade: BenchSet = {
  name: "TPC-H-like trade",
  load,
  queries,
  unservable: [],
  budgets: [GB, 1.6 * GB],
  insert,
  targets: [
    { costShare: 0.66, adviceMs: 3_000 },
    { costShare: 0.615, adviceMs: 3_000 },
  ],
};
