'use strict';
// nexus-env asks its guard before a database tool that runs in Node does anything, however it was started. Loaded through
// NODE_OPTIONS (bun: BUN_OPTIONS) while an environment is loaded. For every other program it looks at one string.
(function () {
  var tools = '__NEXUS_ENV_TOOLS__';
  var runners = 'ts-node|tsx|babel-node|swc-node|esr|esno|jiti|vite-node';
  // What rules of the team's name: the word before it, and a pattern.
  var scripts = '__NEXUS_ENV_SCRIPTS__';
  var script = process.argv[1];
  if (!script) return;
  // Compiling an expression costs a hundred times as much as looking for a word that it would need. Without words of its
  // own a tool does nothing.
  var about = process.argv.length > 2 ? tools + '|' + runners : 'postinstall';
  if (about.split('|').some(isNamed)) look(process.argv.slice(1));
  for (var at = 0; at < scripts.length; at++) compare(scripts[at][0], scripts[at][1]);

  function isNamed(name) {
    return script.indexOf(name.split('/')[0]) >= 0;
  }

  function look(words) {
    var tool = new RegExp('^.*[\\\\/](?:node_modules|\\.bin|bin)[\\\\/](?:' + tools.split('/').join('[\\\\/]') +
      ')(?=[\\\\/.]|$)(?!.*[\\\\/](?:node_modules|scripts)[\\\\/])');
    var runner = new RegExp('[\\\\/](?:' + runners + '|ts-node[a-z-]*)(?:[\\\\/.][^\\\\/]*)*$');
    if (/[\\/]@prisma[\\/]engines[\\/].*postinstall/.test(script)) return restore();
    if (runner.test(script)) {
      while (words.length > 1 && !tool.test(words[0])) words.shift();
    }
    if (words.length > 1 && tool.test(words[0])) ask(words);
  }

  function compare(program, pattern) {
    var bare = pattern.replace(/^\.\//, '');
    if (script.indexOf(bare.split('*')[0]) < 0) return;
    var text = bare.replace(/[\\^$+?.()|[\]{}]/g, '\\$&').replace(/\*/g, '.*');
    var found = new RegExp('(?:^|[\\\\/])(' + text + ')$').exec(script);
    if (!found) return;
    var named = (bare === pattern ? '' : './') + found[1];
    ask((program ? [program, named] : [named]).concat(process.argv.slice(2)));
  }

  // Prisma's installer fetches no engine where the variable names one.
  function restore() {
    var name = 'PRISMA_SCHEMA_ENGINE_BINARY';
    if (!/nexus-env[\\/]engine[\\/]schema-engine$/.test(process.env[name] || '')) return;
    if (process.env.NEXUS_ENV_ENGINE) process.env[name] = process.env.NEXUS_ENV_ENGINE;
    else delete process.env[name];
  }

  function ask(words) {
    try {
      if (!require('worker_threads').isMainThread) return;
    } catch (error) {}
    var prisma = /[\\/]prisma7?(?=[\\/.]|$)(?!.*[\\/]node_modules[\\/])/.test(words[0]);
    if (prisma) {
      if (/^(?:generate|validate|format|version|init|-v|--version|-h|--help)$/.test(words[1])) return;
      process.env.NEXUS_ENV_PRISMA = words[0];
    }
    var answer = require('child_process').spawnSync('__NEXUS_ENV_PROGRAM__', ['__node', '--'].concat(words), {
      argv0: 'nexus-env',
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8'
    });
    if (answer.status === 0) {
      var said = (answer.stdout || '').split('\n');
      if (said[0]) process.env.NEXUS_ENV_CONSENT = said[0];
      // How a deployment ended, where no engine of ours sees it.
      if (said[1] === 'deploy') process.on('exit', function (code) {
        require('child_process').spawnSync('__NEXUS_ENV_PROGRAM__', ['__ended', String(code), 'node'], {
          argv0: 'nexus-env',
          stdio: ['ignore', 'ignore', 'inherit']
        });
      });
      return;
    }
    if (answer.status !== 3) {
      var why = answer.error ? answer.error.message : 'status ' + answer.status;
      console.error('nexus-env: blocked: the guard gave no answer (' + why + '), so `' + words.slice(1).join(' ') +
        '` did not run\nhint: nexus-env status, or unset NODE_OPTIONS to go without the guard');
    }
    process.exit(3);
  }
})();
