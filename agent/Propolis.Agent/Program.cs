using System.CommandLine;
using Propolis.Agent;

var root = new RootCommand("The daemon of a sled: runs VMs, each in a process of its own, as silos ask it to.") { RunCommand.Build() };
return await root.Parse(args).InvokeAsync();
