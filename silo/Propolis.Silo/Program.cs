using System.CommandLine;
using Propolis.Silo.Hosting;

return await new RootCommand("the Propolis control plane") { RunCommand.Make() }.Parse(args).InvokeAsync();
