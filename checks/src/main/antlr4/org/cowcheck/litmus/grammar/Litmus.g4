/*
 * C litmus tests of the Linux-kernel memory model, without the first line and without comments.
 *
 * The C of the threads is a superset of what can be run: what is understood and not supported, such
 * as a loop, is told apart from what is malformed.
 */
grammar Litmus;

test : init thread+ locations? filter? condition? ';'? EOF ;

// The state before.

init : '{' ';'* (initItem (';'+ initItem)* ';'*)? '}' ;

initItem
  : words? stars place ('=' initValue)?
  | array
  ;

array : words ID '[' NUMBER? ']' ('=' '{' (initValue (',' initValue)*)? '}')? ;

initValue
  : 'ATOMIC_INIT' '(' initValue ')'
  | number
  | '&'? ID
  ;

words : word+ ;

word : TYPE | 'volatile' | 'const' | 'struct' | ID ;

stars : '*'* ;

number : '-'? NUMBER ;

// Threads.

thread : 'void'? PROC '(' (parameter (',' parameter)*)? ')' block ;

parameter : type ID ;

type : typeWord+ ('*' 'volatile'? 'const'?)* ;

typeWord : TYPE | 'void' | 'volatile' | 'const' | 'struct' ID ;

block : '{' statement* '}' ;

statement
  : block                                                 # blockStatement
  | 'if' '(' expression ')' statement ('else' statement)? # ifStatement
  | typeWord+ declarator (',' declarator)* ';'            # declaration
  | expression ';'                                        # expressionStatement
  | ';'                                                   # emptyStatement
  | jump                                                  # unsupportedStatement
  ;

declarator : ('*' 'volatile'? 'const'?)* ID ('[' expression? ']')* ('=' value = expression)? ;

jump
  : 'while' '(' expression ')' statement
  | 'do' statement 'while' '(' expression ')' ';'
  | 'for' '(' (statement | ';') expression? ';' expression? ')' statement
  | 'switch' '(' expression ')' statement
  | ('case' expression | 'default' | ID) ':' statement
  | ('goto' ID | 'break' | 'continue' | 'return' expression?) ';'
  ;

expression
  : NUMBER                                                          # literal
  | ID '(' (expression (',' expression)*)? ')'                      # call
  | ID                                                              # name
  | '(' expression ')'                                              # parentheses
  | expression ('[' expression ']' | ('->' | '.') ID | '++' | '--') # unsupportedPostfix
  | '(' type ')' expression                                         # cast
  | op = ('*' | '&' | '-' | '+' | '!' | '~') expression             # unary
  | ('++' | '--' | 'sizeof') expression                             # unsupportedPrefix
  | expression op = ('*' | '/' | '%') expression                    # binary
  | expression op = ('+' | '-') expression                          # binary
  | expression op = ('<<' | '>>') expression                        # binary
  | expression op = ('<' | '>' | '<=' | '>=') expression            # binary
  | expression op = ('==' | '!=') expression                        # binary
  | expression op = '&' expression                                  # binary
  | expression op = '^' expression                                  # binary
  | expression op = '|' expression                                  # binary
  | expression op = '&&' expression                                 # binary
  | expression op = '||' expression                                 # binary
  | <assoc = right> expression '?' expression ':' expression        # ternary
  | <assoc = right> expression '=' expression                       # assignment
  | <assoc = right> expression ASSIGN_OP expression                 # unsupportedAssignment
  ;

// The final states.

locations : 'locations' '[' (place (TYPE | 'void')? '*'? (';' place (TYPE | 'void')? '*'?)* ';'?)? ']' ;

filter : 'filter' proposition ;

condition
  : 'exists' proposition       # exists
  | '~' 'exists' proposition   # notExists
  | 'forall' proposition       # forAll
  | '(' proposition ')'        # bare
  ;

proposition
  : ('~' | 'not') proposition             # negation
  | proposition '/\\' proposition         # conjunction
  | proposition '\\/' proposition         # disjunction
  | <assoc = right> proposition '=>' proposition # implication
  | '(' proposition ')'                   # nested
  | place op = ('=' | '==' | '!=') target # equality
  | 'true'                                # true
  | 'false'                               # false
  ;

place
  : (NUMBER | PROC) ':' ID # register
  | '*'? ID                # location
  | '[' ID ']'             # location
  ;

target
  : number                      # numberTarget
  | '&'? ID                     # addressTarget
  | '*'? (NUMBER | PROC) ':' ID # registerTarget
  | ('*' ID | '[' ID ']')       # locationTarget
  ;

// Words.

PROC : 'P' [0-9]+ ;
TYPE
  : 'int' | 'char' | 'short' | 'long' | 'unsigned' | 'signed' | 'bool' | '_Bool'
  | [us] ('8' | '16' | '32' | '64')
  | [a-z] [a-z0-9_]* '_t'
  ;
ASSIGN_OP : '+=' | '-=' | '*=' | '/=' | '%=' | '&=' | '|=' | '^=' | '<<=' | '>>=' ;
NUMBER : ('0' [xX] [0-9a-fA-F]+ | [0-9]+) [uUlL]* ;
ID : [a-zA-Z_] [a-zA-Z0-9_]* ;
SPACE : [ \t\r\n\f]+ -> skip ;
OTHER : . ;
