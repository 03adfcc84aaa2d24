/**
 * What the rules engine knows of languages: English, German, Spanish, French, Italian, Portuguese, and Hindi in Latin
 * and Devanagari letters. Only words that do one job in an order stand here; a new language is a column of words.
 */

/** `-` stands for any space. Longer ones are tried first. */
const alternatives = (...texts: string[]): string =>
  texts
    .flatMap((text) => text.split(/\s+/).filter(Boolean))
    .map((word) => word.replaceAll('-', '\\s+'))
    .sort((one, other) => other.length - one.length)
    .join('|')

/** A word on its own, in any script: `\b` knows ASCII only. */
export const word = (pattern: string): string =>
  `(?<![\\p{L}\\p{M}\\p{N}])(?:${pattern})(?![\\p{L}\\p{M}\\p{N}])`

const NUMBERS: [number, string][] = [
  [0.5, 'half-a half ½ media medio demi demie mezzo mezza meia meio halb halbes halben halbe aadha आधा'],
  [1, 'one a an ein eine einen eins un una uno une um uma ek एक'],
  [2, 'two a-couple a-couple-of zwei dos deux due dois duas do दो'],
  [3, 'three drei tres trois tre três teen तीन'],
  [4, 'four vier cuatro quatre quattro quatro char chaar चार'],
  [5, 'five fünf fuenf cinco cinq cinque paanch panch पांच पाँच'],
  [6, 'six sechs seis sei chhe छह'],
  [7, 'seven sieben siete sept sette sete saat सात'],
  [8, 'eight acht ocho huit otto oito aath आठ'],
  [9, 'nine neun nueve neuf nove nau नौ'],
  [10, 'ten zehn diez dix dieci dez das दस'],
  [11, 'eleven elf once onze undici'],
  [12, 'twelve zwölf zwoelf doce douze dodici doze barah बारह'],
  [15, 'fifteen fünfzehn quince quinze quindici pandrah'],
  [20, 'twenty zwanzig veinte vingt venti vinte bees बीस'],
  [25, 'twenty-five fünfundzwanzig veinticinco vingt-cinq venticinque pachees'],
  [30, 'thirty dreißig dreissig treinta trente trenta trinta tees'],
  [50, 'fifty fünfzig cincuenta cinquante cinquanta cinquenta pachaas पचास'],
  [100, 'hundred a-hundred one-hundred hundert einhundert cien cent cento cem sau सौ'],
]
export const numberWords = new Map(
  NUMBERS.flatMap(([value, words]) =>
    words.split(' ').map((text) => [text.replaceAll('-', ' '), value] as const),
  ),
)
export const NUMBER_WORD = alternatives(...NUMBERS.map(([, words]) => words))

/** Single pieces have no unit; a dozen is a number. */
const UNITS: [string | number | undefined, string][] = [
  [
    undefined,
    `unit units pc pcs piece pieces nos item items ea each stück stueck stk unidad unidades pieza piezas ud uds
     unité unités unite unites pièce pièces pezzo pezzi unità peça peças pecas pees इकाई`,
  ],
  [
    12,
    'dozen dozens dutzend docena docenas douzaine douzaines dozzina dozzine dúzia dúzias duzia duzias darjan दर्जन',
  ],
  [
    'kg',
    'kg kgs kilo kilos kilogram kilograms kilogramm kilogramos kilogrammes chili chilo quilo quilos किलो',
  ],
  ['g', 'g gr gram grams gramm gramos grammes grammi gramas ग्राम'],
  ['lb', 'lb lbs pound pounds'],
  ['l', 'l lt ltr liter liters litre litres litro litros litri लीटर'],
  ['ml', 'ml milliliter milliliters millilitre millilitres'],
  ['m', 'meter meters metre metres metro metros metri'],
  [
    'box',
    'box boxes kiste kisten karton kartons schachtel schachteln caja cajas boîte boîtes boite boites scatola scatole caixa caixas dibba डिब्बा',
  ],
  [
    'pack',
    'pack packs packet packets package packages packung packungen paket pakete paquete paquetes paquet paquets pacco pacchi pacote pacotes पैकेट',
  ],
  [
    'bottle',
    'bottle bottles flasche flaschen botella botellas bouteille bouteilles bottiglia bottiglie garrafa garrafas botal बोतल',
  ],
  [
    'bag',
    'bag bags sack sacks tüte tüten sack säcke beutel bolsa bolsas sac sacs sacchetto sacchetti sacco sacchi saco sacos',
  ],
  ['can', 'can cans tin tins dose dosen lata latas canette canettes lattina lattine'],
  ['carton', 'carton cartons case cases crate crates cartón cartones'],
  ['pair', 'pair pairs paar par pares paire paires paio paia'],
]
export const unitWords = new Map(
  UNITS.flatMap(([unit, words]) => words.split(/\s+/).map((text) => [text, unit] as const)),
)
export const UNIT = alternatives(...UNITS.map(([, words]) => words))

export const OF = `${alternatives('of von vom de del des di do da dos das du ka ki ke का की के')}|d['’]|dell?['’]`

/** Words by which somebody asks for something. Verbs that also tell stories ("have", "got") are not among them. */
export const ASKS = alternatives(
  `need needs want wants order buy purchase get send ship deliver bring take add reserve require would-like i'd-like
   i’d-like like-to-order give-me make-it change-it-to make-that can-i-have can-i-get could-i-have could-i-get may-i-have i'll-have i'll-take looking-for`,
  `brauche brauchen benötige möchte möchten moechte hätte-gern hätte-gerne bestelle bestellen nehme nehmen kaufe kaufen
   will wollen schicken-sie schick liefern-sie bitte-senden`,
  `necesito necesitamos quiero queremos quisiera quisiéramos pedir ordenar comprar envíame enviame envíeme mándame mandame
   me-gustaría deme dame ponme póngame`,
  "besoin-de besoin-d' veux voulons voudrais voudrions commander commande acheter envoyez envoie prends prendrai aimerais donnez-moi",
  'bisogno-di voglio vogliamo vorrei vorremmo ordinare ordino comprare compro mandami mi-mandi prendo prenderei',
  'preciso precisamos quero queremos queria gostaria gostaríamos encomendar encomendo compro envie mande me-manda',
  'chahiye chahie chaiye mangwana mangana bhej-do bhejdo bhejo dedo de-do lena चाहिए चाहिये भेजो भेज-दो',
)

export const ADDS = alternatives(
  'more another additional extra noch weitere weiteren weiterer zusätzlich zusätzliche más otro otra otros otras adicionales',
  'encore de-plus supplémentaire supplémentaires altri altre altro altra ancora in-più mais outro outra outros outras',
)
export const REMOVES = alternatives(
  'remove cancel without delete drop no-more take-out leave-out streichen streiche stornieren storniere ohne entfernen entferne',
  'quitar quita cancelar cancela cancele sin enlever enlevez annuler annulez sans supprimer supprimez',
  'togli togliere rimuovi rimuovere senza annulla annullare remover remova sem tirar tira hatao hata-do हटाओ',
)

/** A question about wares is no order. */
export const INQUIRES = alternatives(
  `how-much how-many what-is what's price-of do-you-have do-you-sell is-there are-there wieviel wie-viel was-kostet was-kosten
   haben-sie habt-ihr gibt-es cuánto cuanto cuánta cuántos cuesta cuestan tienen tienes hay combien avez-vous coûte coûtent
   quanto quanta costa costano avete avete quantos custa custam vocês-têm tem kitna kitne kitni कितना कितने kya-hai`,
)

export const AND = alternatives('and plus und sowie y e et aur और ainsi-que')

/** What follows a number and is no ware: time, people, money, and what one asks a shop for besides wares. */
export const NO_WARE = alternatives(
  `minute minutes min mins hour hours day days week weeks month months year years o'clock am pm time times people persons
   person question questions problem problems issue issues km miles percent dollar dollars euro euros usd eur rupees rs
   order orders refund invoice receipt discount quote quotation price prices pricelist catalogue catalog menu photo picture
   look call moment help agent human reply answer appointment lot few little bit delivery`,
  `minute minuten stunde stunden tag tage tagen woche wochen monat monate jahr jahre uhr mal leute personen frage fragen
   problem probleme bestellung rechnung quittung rabatt angebot preis preise katalog foto termin bisschen`,
  `minuto minutos hora horas día dias días semana semanas mes meses año años vez veces pregunta preguntas problema problemas
   personas pedido factura recibo descuento precio catálogo foto cita poco`,
  `heure heures jour jours semaine semaines mois ans fois question questions problème problèmes personnes commande facture
   reçu remise devis prix catalogue rendez-vous peu`,
  `minuti ora ore giorno giorni settimana settimane mese mesi anno anni volta volte domanda domande persone ordine fattura
   ricevuta sconto preventivo prezzo catalogo appuntamento`,
  `mês anos vezes pergunta perguntas pessoas encomenda fatura desconto orçamento preço consulta pouco
   ghante ghanta din hafte baje sawaal log`,
)

/** Politeness and time around an order that is not part of a ware's name. */
export const ASIDE = alternatives(
  `please pls plz thanks thank-you thx asap today tomorrow tonight now too also as-well only just then instead again for-delivery for-pickup
   i-mean actually hi hello hey sorry in-total total ok okay`,
  'bitte danke heute morgen jetzt auch nur dann stattdessen hallo guten-tag eigentlich insgesamt gern gerne',
  'por-favor gracias hoy mañana ahora también tambien solo sólo luego hola buenos-días buenas-tardes',
  "s'il-vous-plaît s'il-te-plaît svp merci aujourd'hui demain maintenant aussi seulement bonjour salut",
  'per-favore grazie oggi domani adesso anche solo ciao buongiorno',
  'obrigado obrigada hoje amanhã agora também só olá bom-dia',
  'kripya dhanyavaad shukriya aaj kal abhi bhi sirf namaste ji bhai mujhe humko hume kar-do कृपया धन्यवाद मुझे हमें नमस्ते आज कल',
)

/** A clause that begins so says something else than wares. */
export const NO_ITEM = alternatives(
  `call i you we they it my your is are can could will would when where why who how let see tell contact reply wait
   ruf rufen ich sie wir mein wann wo warum llama llámame yo usted mi cuándo dónde appelle appelez je vous mon quand où
   chiama io lei mio quando dove ligue eu você meu onde`,
)

export const NAME_IS = `(?:${alternatives(
  'my-name-is this-is name: mein-name-ist ich-heiße ich-heisse mi-nombre-es me-llamo',
  'mon-nom-est mi-chiamo il-mio-nome-è meu-nome-é me-chamo chamo-me mera-naam मेरा-नाम',
)}|je\\s+m['’]appelle)`

export const ADDRESS_IS = `(?:${alternatives(
  'delivery-address address deliver-to deliver-it-to deliver-them-to ship-to ship-it-to send-it-to send-them-to lieferadresse',
  'adresse liefern-an liefern-sie-an lieferung-an dirección direccion entregar-en enviar-a livrer-à livraison-à indirizzo',
  'consegnare-a endereço endereco entregar-em pata पता',
)})`

/** One more of it; the number one where no other number stands before. */
export const ANOTHER = alternatives('another an-additional otro otra altro altra autre outro outra')

/** What may stand between the asking and the quantity. */
export const LEAD = alternatives(
  'to have get me us some the about around approximately approx also mir uns etwa circa ca zu haben nos unos unas los las el la',
  'me tener de unas environ les le du avoir mi ci dei delle degli circa avere ter os as cerca lagbhag for our my',
)

/** Behind one of these, `order` and its like are nouns. */
export const DETERMINER = alternatives(
  'my the an a your our this that last previous meine die eine ihre unsere diese mi tu su el la nuestro un ma ta votre notre une il mio tuo meu minha seu o mera meri',
)

/** Where the name of a ware ends and its delivery begins. */
export const UNTIL = `(?:${alternatives('for to by at until before on within für bis am para pour per entro antes até avant')})\\s+(?:${alternatives(
  `my our me us the my delivery pickup tomorrow today tonight monday tuesday wednesday thursday friday saturday sunday next this
   morgen heute montag dienstag mittwoch donnerstag freitag samstag sonntag mich uns meine mein mí nosotros mañana hoy el moi nous
   demain me noi domani mim amanhã`,
)}|\\d)`

/** `each`, behind a price. */
export const EACH = alternatives(
  'each apiece per-piece per-unit pro-stück je cada-uno cada-una cada chacun chacune pièce ciascuno cadauno l-uno each',
)
